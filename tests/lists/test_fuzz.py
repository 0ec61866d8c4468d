"""Random questions to every list: 200 or 422, no more statements than ever, and no table is changed.

`SHOP_TEST_QUERIES=10000` asks that many; the seed stands in the failure.
"""

import os
from random import Random
from typing import Any

import pytest

from tests.lists.list_shop import ListShop, checker_of
from tests.lists.random_queries import RandomQueries

QUERIES = int(os.environ.get("SHOP_TEST_QUERIES", "400"))
SEED = int(os.environ.get("SHOP_TEST_SEED", "0")) or Random().randrange(2**32)
# Who calls is asked in one; a page has its rows and its total, and each relation one more.
STATEMENTS_MAX = 7


def checksums(stage: ListShop) -> dict[str, Any]:
    tables = [row[0] for row in stage.shop.rows("SHOW TABLES")]
    return {table: stage.shop.rows(f"CHECKSUM TABLE `{table}`")[0][1] for table in tables}


def words_of(stage: ListShop, path: str) -> set[str]:
    schema: Any = stage.shop.http.get("/openapi.json").get_json()["components"]["schemas"]
    name = {"/items": "ItemRow", "/orders": "OrderRow", "/users": "AccountRow", "/reconcile-runs": "ReconcileRunRow"}
    return set(schema[name.get(path, "StockLedgerRow")]["properties"])


def test_random_questions_are_answered_or_refused(list_shop: ListShop) -> None:
    before, lists = checksums(list_shop), list_shop.lists()
    understood = 0
    for number, (path, who) in enumerate(lists):
        listing = checker_of(list_shop, path).active_spec
        questions, known = RandomQueries(SEED + number, listing), words_of(list_shop, path)
        for _ in range(QUERIES // len(lists)):
            words = questions.make()
            answers = read_pages(list_shop, path, who, words)
            understood += len(answers) > 0
            for data in answers:
                assert {name for row in data["data"] for name in row} <= known, (SEED, words)
    assert checksums(list_shop) == before
    # Else only refusals were tested.
    assert understood > QUERIES / 3, understood


def read_pages(stage: ListShop, path: str, who: str, words: dict[str, str]) -> list[Any]:
    """The pages that were answered: one, or two where a cursor leads on; none when the question was refused."""
    pages: list[Any] = []
    for _ in range(2):
        with stage.record_statements() as sent:
            status, data = stage.answer(path, who, **words)
        selects = [sql for sql in sent if sql != "a connection"]
        assert status in (200, 422), (SEED, path, words, status)
        assert len(selects) <= STATEMENTS_MAX, (SEED, path, words, selects)
        assert all(sql.startswith("SELECT") for sql in selects), (SEED, words, selects)
        if status == 422:
            assert set(data) <= {*words, "search", "cursor", "page"}, (SEED, words, data)
            break
        pages.append(data)
        if not (cursor := data["meta"]["pagination"].get("next_cursor")):
            break
        words = {**words, "cursor": cursor}
    return pages


@pytest.mark.parametrize("text", ["\x00", "a" * 5000, "%ff", "%", "+", "&&", "=", "?", "search", "search=%00;%00"])
def test_an_odd_query_string_is_answered_or_refused(list_shop: ListShop, text: str) -> None:
    answer = list_shop.shop.http.get(f"/api/v1/items?{text}")
    assert answer.status_code in (200, 422)
