"""Random queries to every list: 200 or 422, few statements, no changes.

`SHOP_TEST_QUERIES=10000` sends that many; a failure shows the seed.
"""

import os
from random import Random
from typing import Any

import pytest

from tests.lists.support.list_shop import ListShop, checker_of
from tests.lists.support.random_queries import RandomQueries

QUERIES = int(os.environ.get("SHOP_TEST_QUERIES", "400"))
SEED = int(os.environ.get("SHOP_TEST_SEED", "0")) or Random().randrange(2**32)
# One statement for the session, two for rows and total of a page, and one for each relation.
STATEMENTS_MAX = 7


def checksums(list_shop: ListShop) -> dict[str, Any]:
    tables = [row[0] for row in list_shop.shop.rows("SHOW TABLES")]
    return {table: list_shop.shop.rows(f"CHECKSUM TABLE `{table}`")[0][1] for table in tables}


def fields_of(list_shop: ListShop, path: str) -> set[str]:
    schema: Any = list_shop.shop.http.get("/openapi.json").get_json()["components"]["schemas"]
    name = {"/items": "ItemRow", "/orders": "OrderRow", "/users": "AccountRow", "/reconcile-runs": "ReconcileRunRow"}
    return set(schema[name.get(path, "StockLedgerRow")]["properties"])


def test_random_queries_are_answered_or_refused(list_shop: ListShop) -> None:
    before, lists = checksums(list_shop), list_shop.lists()
    valid = 0
    for number, (path, user) in enumerate(lists):
        spec = checker_of(list_shop, path).active_spec
        queries, known = RandomQueries(SEED + number, spec), fields_of(list_shop, path)
        for _ in range(QUERIES // len(lists)):
            parameters = queries.make()
            pages = read_pages(list_shop, path, user, parameters)
            valid += len(pages) > 0
            for data in pages:
                assert {name for row in data["data"] for name in row} <= known, (SEED, parameters)
    assert checksums(list_shop) == before
    # Otherwise mostly refusals would be tested.
    assert valid > QUERIES / 3, valid


def read_pages(list_shop: ListShop, path: str, user: str, parameters: dict[str, str]) -> list[Any]:
    """Return the page of a query, and the next one by cursor.

    A refused query has no pages.
    """
    pages: list[Any] = []
    for _ in range(2):
        with list_shop.record_statements() as statements:
            status, data = list_shop.answer(path, user, **parameters)
        selects = [sql for sql in statements if sql != "a connection"]
        assert status in (200, 422), (SEED, path, parameters, status)
        assert len(selects) <= STATEMENTS_MAX, (SEED, path, parameters, selects)
        assert all(sql.startswith("SELECT") for sql in selects), (SEED, parameters, selects)
        if status == 422:
            assert set(data) <= {*parameters, "search", "cursor", "page"}, (SEED, parameters, data)
            break
        pages.append(data)
        if not (cursor := data["meta"]["pagination"].get("next_cursor")):
            break
        parameters = {**parameters, "cursor": cursor}
    return pages


@pytest.mark.parametrize("text", ["\x00", "a" * 5000, "%ff", "%", "+", "&&", "=", "?", "search", "search=%00;%00"])
def test_an_odd_query_string_is_answered_or_refused(list_shop: ListShop, text: str) -> None:
    response = list_shop.shop.http.get(f"/api/v1/items?{text}")
    assert response.status_code in (200, 422)
