"""The catalogue once it is warm: no SQL, few round trips, and the true stock."""

from typing import Any

import pytest

from tests.catalogue.catalogue_client import names, read
from tests.purchase.support.in_process_shop import Indoors, data_of
from tests.support.call_recording import counted_commands, counted_sql
from tests.support.servers.valkey import Valkey

NOT_FOUND = 404301


def cost(shop: Indoors, valkey: Valkey, path: str, token: str | None = None) -> tuple[list[str], list[str]]:
    """SQL statements and Redis commands of a request that was made before."""
    shop.send("GET", path, token)
    with counted_sql(shop.database.engine) as statements, counted_commands(valkey) as commands:
        assert shop.send("GET", path, token).status_code == 200
    return statements, commands


@pytest.mark.parametrize("path", ["", "/{item}", "?page=1&per_page=100", "?pagination=simple", "?pagination=cursor"])
def test_reading_costs_no_sql_and_two_round_trips(here: Indoors, valkey: Valkey, path: str) -> None:
    item = here.offer(stock=5)
    here.offer(stock=6)

    statements, commands = cost(here, valkey, f"/items{path.format(item=item)}")

    assert statements == []
    # What it says; then the stocks, which go together.
    assert len([command for command in commands if not command.startswith("HMGET")]) == 1, commands


def test_strangers_do_not_fill_the_store_of_the_sale_with_pages(here: Indoors) -> None:
    here.offer(stock=5)
    kept = here.redis.dbsize()
    for size in range(1, 101):
        for mode in ("page", "simple", "cursor"):
            assert here.send("GET", f"/items?pagination={mode}&per_page={size}", None).status_code == 200

    assert here.redis.dbsize() - kept < 30


def test_whoever_is_signed_in_costs_one_more(here: Indoors, valkey: Valkey) -> None:
    item, token = here.offer(stock=5), here.buyer()

    statements, commands = cost(here, valkey, f"/items/{item}", token)

    assert statements == []
    assert len(commands) == 3, commands


def test_what_was_built_in_one_process_is_known_in_the_other(here: Indoors, there: Indoors) -> None:
    item = here.offer(stock=5)
    assert (read(here, item)["stock"], len(names(here))) == (5, 1)
    read(there, 999)  # the first request of a process asks for the list of tenants, too

    with counted_sql(there.database.engine) as statements:
        assert (read(there, item), len(names(there))) == (read(here, item), 1)

    assert statements == []


def test_the_stock_is_that_of_this_moment(here: Indoors, there: Indoors) -> None:
    item, token = here.offer(stock=5), here.buyer()
    for left in (5, 4, 3):
        assert read(there, item)["stock"] == left
        assert data_of(there.send("GET", "/items", None), 200)["data"][0]["stock"] == left
        here.buy(item, token)
    here.drain(item)
    assert read(there, item)["stock"] == 2


def test_what_redis_does_not_know_has_the_stock_of_the_database(here: Indoors) -> None:
    draft, closed = here.offer(stock=7), here.offer(stock=8)
    here.forget_stock()
    for _ in range(2):
        assert [read(here, item)["stock"] for item in (draft, closed)] == [7, 8]
    stocks = [row["stock"] for row in data_of(here.send("GET", "/items", None), 200)["data"]]
    assert stocks == [8, 7]


def test_a_thousand_who_ask_for_nothing_cost_one_question(here: Indoors) -> None:
    read(here, 999_998)  # the first request of a process asks for the list of tenants, too
    with counted_sql(here.database.engine) as statements:
        assert {read(here, 999_999) for _ in range(1000)} == {NOT_FOUND}
    assert len([sql for sql in statements if "FROM items" in sql]) == 1


def test_an_item_is_seen_at_once_under_a_number_that_nobody_had(here: Indoors, there: Indoors) -> None:
    admin, first = here.admin_token, here.offer(stock=1)
    words = {"name": "Second", "price_minor": 1, "currency": "EUR", "stock": 2, "status": "on_sale"}
    assert (read(there, first + 1), names(there)) == (NOT_FOUND, ["Thing"])
    # Nobody has loaded it yet, which would have it read again, too.
    assert data_of(here.send("POST", "/items", admin, words), 201)["id"] == first + 1
    assert (read(there, first + 1)["stock"], names(there)) == (2, ["Second", "Thing"])


@pytest.mark.parametrize("query", ["?search=thing", "?orderBy=name", "?page=6"])
def test_what_few_ask_for_is_not_kept(here: Indoors, valkey: Valkey, query: str) -> None:
    here.offer(stock=5)
    assert cost(here, valkey, f"/items{query}")[0] != []


def test_showing_less_of_a_page_makes_no_other_page_of_it(here: Indoors) -> None:
    item: Any = here.offer(stock=5)
    names(here)
    with counted_sql(here.database.engine) as statements:
        rows = data_of(here.send("GET", "/items?filter=id;stock", None), 200)["data"]
    assert rows == [{"id": item, "stock": 5}]
    assert statements == []
