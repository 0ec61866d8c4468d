"""OpenAPI document: complete, explicit and stable."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from shop.app import create_app
from shop.core.settings.settings import Settings
from tests.support.openapi_document import VERBS, Document, resolve

PUBLIC = {"register", "login"}
IDS = {
    "listItems", "createItem", "getItem", "updateItem", "deleteItem", "purchaseItem", "listOrders", "getOrder",
    "register", "login", "getMe", "getMeByPost",
}  # fmt: skip


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, item in document["paths"].items():
        for verb in VERBS & item.keys():
            yield f"{verb} {path}", item[verb]


def api_operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield the operations of Controllers.

    The error catalogue is left out: it has no rate limit."""
    yield from ((where, operation) for where, operation in operations(document) if " /api/" in where)


def test_the_document_is_valid_openapi_3_1(document: Document) -> None:
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_route_of_the_api_is_documented(client: FlaskClient, document: Document) -> None:
    rules = [rule for rule in client.application.url_map.iter_rules() if rule.rule.startswith("/api/")]
    served = {
        (verb.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in rules
        for verb in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    documented = {tuple(where.split(" ")) for where, _ in operations(document)}
    assert served == documented - {("get", "/errors"), ("get", "/errors/{code}")}


def test_operation_ids_are_unique_and_stable(document: Document) -> None:
    ids = Counter(operation["operationId"] for _, operation in operations(document))
    assert max(ids.values()) == 1
    # A change here breaks every generated client: only ever add.
    assert ids.keys() >= IDS


def test_operation_ids_do_not_depend_on_the_app(document: Document, tmp_path_factory: pytest.TempPathFactory) -> None:
    again = create_app(Settings(var=str(tmp_path_factory.mktemp("again")))).test_client().get("/openapi.json").json
    assert again == document


def test_every_operation_has_a_summary_that_is_a_sentence(document: Document) -> None:
    summaries = {where: operation.get("summary", "") for where, operation in operations(document)}
    assert [where for where, summary in summaries.items() if not (summary[:1].isupper() and summary[-1] == ".")] == []


def test_every_operation_documents_its_security(document: Document) -> None:
    assert [where for where, operation in operations(document) if "security" not in operation] == []
    public = {operation["operationId"] for _, operation in operations(document) if operation["security"] == []}
    assert {name for name in IDS if name in public} == PUBLIC


def test_operations_that_need_a_token_document_401(document: Document) -> None:
    for where, operation in operations(document):
        if {"bearer": []} in operation["security"]:
            assert "401" in operation["responses"], where
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_no_operation_has_a_default_response(document: Document) -> None:
    assert [where for where, operation in operations(document) if "default" in operation["responses"]] == []


def test_every_failure_is_in_the_envelope(document: Document) -> None:
    for where, operation in operations(document):
        failures = {status: response for status, response in operation["responses"].items() if int(status) >= 400}
        assert {"500", "503"} <= failures.keys() or " /errors" in where, where
        for status, response in failures.items():
            content = resolve(document, response)["content"]["application/json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Error"}, (where, status)


def test_every_success_is_in_the_envelope(document: Document) -> None:
    for where, operation in operations(document):
        successes = [response for status, response in operation["responses"].items() if int(status) < 300]
        assert successes, where
        for success in successes:
            schema = resolve(document, success["content"]["application/json"]["schema"])
            assert set(schema["required"]) == set(schema["properties"]) == {"status", "code", "message", "data"}, where


def test_the_envelope_of_a_failure_has_its_four_keys(document: Document) -> None:
    schema = document["components"]["schemas"]["Error"]
    assert list(schema["properties"]) == ["status", "code", "message", "data"]
    assert sorted(schema["required"]) == ["code", "data", "message", "status"]


def test_every_reference_has_a_target(document: Document) -> None:
    for reference in set(re.findall(r"'\$ref': '([^']+)'", str(document))):
        assert resolve(document, {"$ref": reference}), reference


def test_a_body_documents_the_bounds_of_its_fields(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["PurchaseItemRequest"]["properties"]["quantity"] == {
        "type": "integer",
        "format": "int32",
        "description": "Number of pieces.",
        "minimum": 1,
        "maximum": 1000,
        "example": 1,
    }
    assert "password" not in str(schemas["User"])


def header_of(document: Document, operation: Document, name: str = "Idempotency-Key") -> Document | None:
    parameters = [resolve(document, parameter) for parameter in operation.get("parameters", [])]
    headers = [parameter for parameter in parameters if parameter["name"] == name]
    return headers[0] if headers else None


def test_only_idempotent_writes_document_an_idempotency_key(document: Document) -> None:
    idempotent = {where for where, operation in operations(document) if header_of(document, operation)}
    writes = {where for where, _ in operations(document) if not where.startswith("get ")}

    assert writes - idempotent == {where for where in writes if "/auth/" in where}
    assert idempotent <= writes


def test_an_idempotency_key_is_required_except_for_a_purchase(document: Document) -> None:
    for where, operation in operations(document):
        if header := header_of(document, operation):
            assert header["required"] is not where.endswith("/purchase"), where
            assert {"400", "409", "422"} <= operation["responses"].keys(), where


def test_only_replayable_responses_document_the_replay_headers(document: Document) -> None:
    for where, operation in operations(document):
        successes = [response for status, response in operation["responses"].items() if int(status) < 400]
        replay_headers = {"Idempotency-Relayed", "Idempotent-Replayed", "Idempotency-Replay"}
        replayable = [replay_headers <= success.get("headers", {}).keys() for success in successes]
        assert replayable == [header_of(document, operation) is not None] * len(successes), where


def test_a_purchase_documents_the_accepted_and_the_written_order(document: Document) -> None:
    responses = document["paths"]["/api/v1/items/{item_id}/purchase"]["post"]["responses"]
    written, accepted = (responses[status]["content"]["application/json"] for status in ("201", "202"))
    assert written["schema"] == accepted["schema"]
    assert (responses["201"]["description"], responses["202"]["description"]) == ("Created", "Accepted")


def test_the_document_follows_the_settings_of_its_app(tmp_path: Path) -> None:
    settings = Settings(
        var=str(tmp_path),
        idempotency_header="X-Key",
        idempotency_required=False,
        idempotency_verbs=("post",),
        idempotency_ttl=60,
    )
    document = create_app(settings).test_client().get("/openapi.json").json or {}

    item = document["paths"]["/api/v1/items/{item_id}"]
    header = header_of(document, document["paths"]["/api/v1/items"]["post"], "X-Key") or {}
    assert (header["required"], "for 60 seconds." in header["description"]) == (False, True)
    assert [header_of(document, item[verb], "X-Key") for verb in ("patch", "delete")] == [None, None]


def test_every_failure_is_documented_in_both_media_types(document: Document) -> None:
    kinds = {name: set(response["content"]) for name, response in document["components"]["responses"].items()}
    assert kinds
    assert set(map(frozenset, kinds.values())) == {frozenset({"application/json", "application/problem+json"})}


def test_every_failure_of_an_operation_is_a_shared_response(document: Document) -> None:
    operations = [
        operation for path in document["paths"].values() for key, operation in path.items() if key != "parameters"
    ]
    failures = [a for operation in operations for status, a in operation["responses"].items() if status >= "400"]
    assert failures
    assert {failure["$ref"].rpartition("/")[0] for failure in failures} == {"#/components/responses"}
