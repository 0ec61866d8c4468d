"""Descriptions, names and references of the OpenAPI document, as client developers read them."""

import re
from collections.abc import Iterator

import pytest

from tests.openapi.test_document import operations
from tests.support.openapi_document import Document, resolve

# A change here breaks every generated client: only ever add.
IDS = {
    "register", "login", "getMe", "getMeByPost", "changePassword",
    "refreshTokens", "refreshTokensByPut", "logout", "logoutByDelete", "logoutEverywhere", "listSessions", "endSession",
    "listItems", "createItem", "getItem", "updateItem", "deleteItem", "restoreItem", "getItemTranslations",
    "purchaseItem", "listOrders", "getOrder", "cancelOrder", "adjustStock", "listStockChanges",
    "listUsers", "getUser", "replaceUserRoles", "disableUser", "enableUser", "listUserOrders",
    "listPermissions", "listConstants", "getConstant", "listErrorCodes", "getErrorCode",
    "listReconcileRuns", "listLogRecords",
}  # fmt: skip
SCHEMAS = {
    "Item", "Order", "User", "Account", "Session", "Token", "Error", "Problem", "Permission",
    "PurchaseItemRequest", "CreateItemRequest", "UpdateItemRequest", "RegisterRequest", "LoginRequest",
    "ItemResponse", "OrderResponse", "ItemPageResponse", "OrderPageResponse",
}  # fmt: skip


def parameters_of(document: Document) -> Iterator[tuple[str, Document]]:
    owners = [("paths", item) for item in document["paths"].values()] + [*operations(document)]
    for where, owner in owners:
        for parameter in (resolve(document, entry) for entry in owner.get("parameters", ())):
            yield f"{where} {parameter['name']}", parameter


def headers_of(document: Document) -> Iterator[tuple[str, Document]]:
    for where, operation in operations(document):
        for status, response in operation["responses"].items():
            for name, header in resolve(document, response).get("headers", {}).items():
                yield f"{where} {status} {name}", header


def test_operation_ids_are_the_published_ones(document: Document) -> None:
    assert {operation["operationId"] for _, operation in operations(document)} == IDS


def test_schemas_have_the_names_of_their_objects(document: Document) -> None:
    names = document["components"]["schemas"].keys()
    assert names >= SCHEMAS
    assert [name for name in names if re.search("Checker|Envelope|Asked|Told|Card|[0-9]$", name)] == []


def test_every_schema_and_field_is_described(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []
    fields = {f"{name}.{field}": of for name, schema in schemas.items() for field, of in schema["properties"].items()}
    assert len(fields) > 200
    assert [name for name, field in fields.items() if not str(field.get("description", "")).endswith(".")] == []


def test_every_parameter_and_header_is_described(document: Document) -> None:
    headers = ((where, resolve(document, header)) for where, header in headers_of(document))
    described = [*parameters_of(document), *headers]
    assert len(described) > 500
    assert [where for where, thing in described if not thing.get("description", "").endswith(".")] == []


def test_every_operation_and_group_is_described(document: Document) -> None:
    assert [where for where, operation in operations(document) if not operation.get("description")] == []
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    assert {name for _, operation in operations(document) for name in operation["tags"]} == tags.keys()
    assert all(tags.values())


def test_groups_come_in_the_order_of_a_client(document: Document) -> None:
    names = [tag["name"] for tag in document["tags"]]
    assert names[:3] == ["auth", "items", "orders"]
    assert names[-1] == "logs"


def test_optional_parameters_have_no_example(document: Document) -> None:
    optional = {where: parameter for where, parameter in parameters_of(document) if not parameter.get("required")}
    assert len(optional) > 100
    keys = {"example", "examples"}
    assert [where for where, one in optional.items() if keys & {*one, *one["schema"]}] == []


def test_shared_headers_and_parameters_are_references(document: Document) -> None:
    assert {where for where, header in headers_of(document) if "$ref" not in header} == set()
    for name in ("X-Tenant", "Idempotency-Key", "lang"):
        inline = [where for where, operation in operations(document) for entry in operation.get("parameters", ())
                  if entry.get("name") == name]  # fmt: skip
        assert len(inline) <= 1, name


@pytest.mark.parametrize("word", ["oneOf", "allOf", "not"])
def test_request_bodies_are_plain_objects(document: Document, word: str) -> None:
    bodies = {name: schema for name, schema in document["components"]["schemas"].items() if name.endswith("Request")}
    assert len(bodies) >= 9
    assert [name for name, schema in bodies.items() if f"'{word}':" in str(schema)] == []


def test_values_with_other_names_have_them_for_generators(document: Document) -> None:
    code = document["components"]["schemas"]["Permission"]["properties"]["code"]
    assert dict(zip(code["enum"], code["x-enum-varnames"], strict=True))["300002"] == "ITEMS_CREATE"
    status = document["components"]["schemas"]["Order"]["properties"]["status"]
    assert "x-enum-varnames" not in status
