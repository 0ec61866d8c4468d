"""Texts that people write, in every field that takes one."""

from typing import Any, NamedTuple

import pytest

from tests.purchase.support.in_process_shop import InProcessShop, data_of

NAME, INTRODUCTION, TRANSLATION, NOTE, USER_NAME = 422301, 422306, 422309, 422503, 422101
ITEM = {"name": "Ticket", "price_minor": 1, "currency": "EUR", "stock": 1, "status": "draft"}
USER = {"email": "ann@text.example", "password": "Correct-horse-1"}


class Field(NamedTuple):
    """Field of a request: its route, the other fields, where it is, and its error code."""

    method: str
    path: str
    others: dict[str, Any]
    names: tuple[str, ...]
    code: int


FIELDS = {
    "user": Field("POST", "/auth/register", USER, ("name",), USER_NAME),
    "item": Field("POST", "/items", ITEM, ("name",), NAME),
    "revised_item": Field("PATCH", "/items/{item}", {}, ("name",), NAME),
    "introduction": Field("POST", "/items", ITEM, ("introduction",), INTRODUCTION),
    "revised_introduction": Field("PATCH", "/items/{item}", {}, ("introduction",), INTRODUCTION),
    "name_translation": Field("POST", "/items", ITEM, ("name_translations", "zh-Hant"), TRANSLATION),
    "introduction_translation": Field(
        "PATCH", "/items/{item}", {}, ("introduction_translations", "zh-Hans"), TRANSLATION
    ),
    "reason": Field("POST", "/items/{item}/stock-adjustments", {"delta": 1}, ("reason",), NOTE),
}
REFUSED = [
    "\u200b",
    "\u3164\u3164",
    "\u00ad \u2060",
    "\ufe0f",
    "a\u202eb",
    "a\u2066b",
    "a\u2028b",
    "a\u2029b",
]
MULTILINE = [name for name in FIELDS if "introduction" in name]


def send(shop: InProcessShop, field: Field, text: str) -> Any:
    body: dict[str, Any] = {**field.others}
    inner = body
    for name in field.names[:-1]:
        inner = inner.setdefault(name, {})
    inner[field.names[-1]] = text
    path = field.path.format(item=shop.offer(stock=1)) if "{item}" in field.path else field.path
    return shop.send(field.method, path, shop.admin_token, body)


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
@pytest.mark.parametrize("text", REFUSED, ids=ascii)
def test_a_text_that_is_not_what_it_seems_is_refused(first_app: InProcessShop, field: Field, text: str) -> None:
    data_of(send(first_app, field, text), field.code)


@pytest.mark.parametrize("field", [field for name, field in FIELDS.items() if name not in MULTILINE])
@pytest.mark.parametrize("text", [" ", "\u3000", "\u00a0\u2003", "a\nb", "a\tb"], ids=ascii)
def test_a_line_is_neither_blank_nor_several(first_app: InProcessShop, field: Field, text: str) -> None:
    data_of(send(first_app, field, text), field.code)


@pytest.mark.parametrize("name", ["user", "item", "introduction"])
def test_a_text_is_stored_in_its_only_spelling(first_app: InProcessShop, name: str) -> None:
    answer = send(first_app, FIELDS[name], " Zoe\u0308 \u200d שלום 👩‍👧 ")

    assert answer.status_code == 201
    data = answer.get_json()["data"]
    assert (data.get("user") or data)[FIELDS[name].names[0]] == "Zo\u00eb \u200d שלום 👩‍👧"


def test_an_introduction_keeps_its_lines(first_app: InProcessShop) -> None:
    answer = send(first_app, FIELDS["introduction"], "One.\n\tTwo.\n\n")

    assert answer.get_json()["data"]["introduction"] == "One.\n\tTwo."
