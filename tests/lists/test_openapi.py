"""What the documentation says of a list is so: each name, each operator and each example is understood."""

from typing import Any

import pytest

from shop.core.query.openapi import EXAMPLES
from shop.core.query.spec import FieldSpec, Operator
from shop.core.settings.parameter_names import PARAMETERS
from tests.http.support.shop import API
from tests.lists.list_shop import ListShop, checker_of

LISTS = range(6)


def parameters_of(stage: ListShop, path: str) -> dict[str, dict[str, Any]]:
    path = path.replace(str(stage.items["Green tea"]), "{item_id}", 1)
    paths = stage.shop.http.get("/openapi.json").get_json()["paths"]
    return {it["name"]: it for it in paths[f"{API}{path}"]["get"]["parameters"] if it.get("in") == "query"}


def value_of(word: FieldSpec, operator: Operator) -> str:
    value = word.choices[0] if word.choices else EXAMPLES[word.kind]
    return f"{value},{value}" if operator is Operator.BETWEEN else value


@pytest.mark.parametrize("number", LISTS)
def test_every_name_that_may_be_said_is_understood(list_shop: ListShop, number: int) -> None:
    path, who = list_shop.lists()[number]
    asks = checker_of(list_shop, path).active_spec if who else checker_of(list_shop, path).visible_to(None).active_spec
    questions = [
        {"search": f"{name}:{value_of(word, operator)}", "searchFields": f"{name}:{operator}"}
        for name, word in asks.searchable.items()
        for operator in word.operators
    ]
    questions += [{"orderBy": name, "sortedBy": "desc"} for name in asks.sortable]
    questions += [{"filter": name} for name in asks.fields]
    questions += [{word: name} for name in asks.included for word in ("with", "include")]
    questions += [{"withCount": name} for name in asks.counted]
    for words in questions:
        status, data = list_shop.answer(path, who, **words)
        assert status == 200, (words, data)
        assert list_shop.walk(path, who, per_page=50, **words) is not None


@pytest.mark.parametrize("number", LISTS)
def test_every_example_is_understood(list_shop: ListShop, number: int) -> None:
    path, _ = list_shop.lists()[number]
    schemas = {name: parameter["schema"] for name, parameter in parameters_of(list_shop, path).items()}
    examples = {name: schema["example"] for name, schema in schemas.items() if "example" in schema}
    # It is signed, and a document cannot know the key.
    del examples["cursor"]
    needed = {"searchFields": {"search": examples["search"]}, "sortedBy": {"orderBy": "id"}}
    for name, example in examples.items():
        words = {name: example, **needed.get(name, {}), "pagination": "page"}
        assert list_shop.answer(path, "ada" if path == "/orders" else "admin", **words)[0] == 200, words


@pytest.mark.parametrize("number", LISTS)
def test_every_parameter_says_what_it_is_and_has_bounds(list_shop: ListShop, number: int) -> None:
    path, _ = list_shop.lists()[number]
    parameters = parameters_of(list_shop, path)
    assert {"search", "searchFields", "searchJoin", "filter", "orderBy", "sortedBy", "cursor"} <= parameters.keys()
    assert parameters.keys() <= {*PARAMETERS}
    for name, parameter in parameters.items():
        schema = parameter["schema"]
        assert parameter.get("description", "").endswith("."), name
        assert {"enum", "maxLength", "maximum"} & schema.keys(), name


def test_a_row_of_a_list_promises_no_word_and_says_no_other(list_shop: ListShop) -> None:
    schemas = list_shop.shop.http.get("/openapi.json").get_json()["components"]["schemas"]
    for row, whole in (("ItemRow", "Item"), ("OrderRow", "Order")):
        assert schemas[row]["properties"] == schemas[whole]["properties"]
        assert "required" not in schemas[row]
        assert schemas[whole]["required"]


def test_who_sees_nothing_of_a_list_is_told_nothing_of_it(list_shop: ListShop) -> None:
    for path in ("/users", "/reconcile-runs", list_shop.ledger):
        assert list_shop.answer(path, "ada", search="nope:1")[0] == 403
        assert list_shop.answer(path, search="nope:1")[0] == 401
    assert list_shop.answer("/orders", search="nope:1")[0] == 401
