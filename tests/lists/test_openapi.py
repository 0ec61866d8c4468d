"""OpenAPI of lists: documented names, operators and examples are valid."""

from typing import Any

import pytest

from shop.core.query.openapi import EXAMPLES
from shop.core.query.spec import FieldSpec, Operator
from shop.core.settings.parameter_names import PARAMETERS
from tests.http.support.shop import API
from tests.lists.support.list_shop import ListShop, checker_of
from tests.support.openapi_document import example_of, inline

LISTS = range(6)


def parameters_of(list_shop: ListShop, path: str) -> dict[str, dict[str, Any]]:
    path = path.replace(str(list_shop.items["Green tea"]), "{item_id}", 1)
    paths = inline(list_shop.shop.http.get("/openapi.json").get_json())["paths"]
    parameters = paths[f"{API}{path}"]["get"]["parameters"]
    return {parameter["name"]: parameter for parameter in parameters if parameter.get("in") == "query"}


def value_of(field: FieldSpec, operator: Operator) -> str:
    value = field.choices[0] if field.choices else EXAMPLES[field.kind]
    return f"{value},{value}" if operator is Operator.BETWEEN else value


@pytest.mark.parametrize("number", LISTS)
def test_every_documented_name_is_valid(list_shop: ListShop, number: int) -> None:
    path, user = list_shop.lists()[number]
    spec = checker_of(list_shop, path).active_spec if user else checker_of(list_shop, path).visible_to(None).active_spec
    queries = [
        {"search": f"{name}:{value_of(field, operator)}", "searchFields": f"{name}:{operator}"}
        for name, field in spec.searchable.items()
        for operator in field.operators
    ]
    queries += [{"orderBy": name, "sortedBy": "desc"} for name in spec.sortable]
    queries += [{"filter": name} for name in spec.fields]
    queries += [{parameter: name} for name in spec.included for parameter in ("with", "include")]
    queries += [{"withCount": name} for name in spec.counted]
    for query in queries:
        status, data = list_shop.answer(path, user, **query)
        assert status == 200, (query, data)
        assert list_shop.walk(path, user, per_page=50, **query) is not None


@pytest.mark.parametrize("number", LISTS)
def test_every_example_is_valid(list_shop: ListShop, number: int) -> None:
    path, _ = list_shop.lists()[number]
    examples = {name: example_of(parameter) for name, parameter in parameters_of(list_shop, path).items()}
    examples = {name: example for name, example in examples.items() if example is not None}
    # A valid cursor is signed with the key of the shop.
    del examples["cursor"]
    needed = {"searchFields": {"search": examples["search"]}, "sortedBy": {"orderBy": "id"}}
    for name, example in examples.items():
        query = {name: example, **needed.get(name, {}), "pagination": "page"}
        assert list_shop.answer(path, "ada" if path == "/orders" else "admin", **query)[0] == 200, query


@pytest.mark.parametrize("number", LISTS)
def test_every_parameter_has_a_description_and_limits(list_shop: ListShop, number: int) -> None:
    path, _ = list_shop.lists()[number]
    parameters = parameters_of(list_shop, path)
    assert {"search", "searchFields", "searchJoin", "filter", "orderBy", "sortedBy", "cursor"} <= parameters.keys()
    assert parameters.keys() <= {*PARAMETERS, "lang"}
    for name, parameter in parameters.items():
        schema = parameter["schema"]
        assert parameter.get("description", "").endswith("."), name
        assert {"enum", "maxLength", "maximum"} & schema.keys(), name


def test_the_schema_of_a_row_has_the_same_fields_all_optional(list_shop: ListShop) -> None:
    schemas = list_shop.shop.http.get("/openapi.json").get_json()["components"]["schemas"]
    for row, full in (("ItemRow", "Item"), ("OrderRow", "Order")):
        assert schemas[row]["properties"] == schemas[full]["properties"]
        assert "required" not in schemas[row]
        assert schemas[full]["required"]


def test_a_client_without_access_gets_no_query_errors(list_shop: ListShop) -> None:
    for path in ("/users", "/reconcile-runs", list_shop.ledger):
        assert list_shop.answer(path, "ada", search="nope:1")[0] == 403
        assert list_shop.answer(path, search="nope:1")[0] == 401
    assert list_shop.answer("/orders", search="nope:1")[0] == 401
