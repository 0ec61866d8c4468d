"""Examples of docs/call/lists.md."""

import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.lists.support.list_shop import ListShop

PAGE = (Path(__file__).parents[2] / "docs/call/lists.md").read_text()
QUERIES = re.findall(r"`\?([^`]+)`", PAGE)
CALLS = re.findall(r'curl (?:-i )?"\$API(/[a-z-]+)\?([^"]+)"', PAGE)
WRONG = "prise_minor:900"


def list_of(query: str) -> tuple[str, str]:
    """Return the list that an example is about, and a user."""
    if "orders" in query:
        return "/users", "admin"
    return ("/orders", "ada") if re.search(r"=item\b", query) else ("/items", "")


def test_the_page_has_examples() -> None:
    assert len(QUERIES) > 15
    assert len(CALLS) > 4


@pytest.mark.parametrize("query", QUERIES)
def test_each_query_of_the_page_is_valid(list_shop: ListShop, query: str) -> None:
    path, user = list_of(query)
    assert list_shop.answer(path, user, **dict(parse_qsl(query)))[0] == 200


@pytest.mark.parametrize(("path", "query"), CALLS)
def test_each_call_of_the_page_gets_the_described_response(list_shop: ListShop, path: str, query: str) -> None:
    user = {"/users": "admin", "/orders": "ada"}.get(path, "")
    status, data = list_shop.answer(path, user, **dict(parse_qsl(query)))
    assert status == (422 if WRONG in query else 200)
    if status == 422:
        message, documented = data["search"][0], re.search(r'{"search": \["(.*), \.\.\."', PAGE)
        assert documented
        assert message.startswith(documented[1])


def test_an_include_has_the_fields_of_the_page(list_shop: ListShop) -> None:
    for row in list_shop.rows("/orders", "ada", filter="id;quantity", include="item"):
        assert list(row) == ["id", "quantity", "item"]
