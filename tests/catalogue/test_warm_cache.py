"""Catalogue with a warm cache: no SQL, few round trips, current stock."""

from datetime import timedelta
from typing import Any

import pytest

from shop.cache_managers.item import ItemCacheManager
from tests.catalogue.catalogue_client import list_names, read_item
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.support.call_recording import record_commands, record_sql
from tests.support.servers.valkey import Valkey

NOT_FOUND = 404301


def cost(shop: InProcessShop, valkey: Valkey, path: str, token: str | None = None) -> tuple[list[str], list[str]]:
    """Return the SQL statements and Redis commands of a repeated request."""
    shop.send("GET", path, token)
    with record_sql(shop.database.engine) as statements, record_commands(valkey) as commands:
        assert shop.send("GET", path, token).status_code == 200
    return statements, commands


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/{item}",
        "?page=1&per_page=100",
        "?pagination=simple",
        "?pagination=cursor",
        "?orderBy=price_minor",
        "?orderBy=name&sortedBy=desc",
        "?orderBy=created_at&sortedBy=DESC&per_page=50",
        "?orderBy=id&sortedBy=desc",
        "?orderBy=id",
        "?orderBy=name&pagination=simple",
        "?orderBy=name&pagination=cursor&filter=id",
        "?orderBy=price_minor;id&sortedBy=desc",
        "?searchJoin=or&search=",
    ],
)
def test_reading_costs_no_sql_and_two_round_trips(first_app: InProcessShop, valkey: Valkey, path: str) -> None:
    item = first_app.offer(stock=5)
    first_app.offer(stock=6)

    statements, commands = cost(first_app, valkey, f"/items{path.format(item=item)}")

    assert statements == []
    # One command for the cached value; the stocks are read together in another.
    assert len([command for command in commands if not command.startswith("HMGET")]) == 1, commands


def test_unauthenticated_clients_cannot_fill_redis_with_pages(first_app: InProcessShop) -> None:
    first_app.offer(stock=5)
    keys = first_app.redis.dbsize()
    for size in range(1, 101):
        for mode in ("page", "simple", "cursor"):
            assert first_app.send("GET", f"/items?pagination={mode}&per_page={size}", None).status_code == 200

    assert first_app.redis.dbsize() - keys < 30


def test_unauthenticated_clients_cannot_fill_redis_with_sorted_pages(first_app: InProcessShop) -> None:
    first_app.offer(stock=5)
    keys, names = (
        first_app.redis.dbsize(),
        ("id", "name", "price_minor", "currency", "max_per_user", "created_at", "updated_at"),
    )
    orders = [*names, *(f"{first};{second}" for first in names for second in names if first != second)]
    for order in orders:
        for direction in ("asc", "desc"):
            for page in (1, 2):
                path = f"/items?orderBy={order}&sortedBy={direction}&page={page}"
                assert first_app.send("GET", path, None).status_code == 200

    assert first_app.redis.dbsize() - keys <= 2 * len(names) + 2


def test_sorted_pages_are_cached_separately_and_a_change_makes_them_fresh(
    first_app: InProcessShop, second_app: InProcessShop
) -> None:
    for name, price in (("Pear", 300), ("Apple", 200), ("Fig", 100)):
        first_app.offer(stock=5, name=name, price_minor=price)
    queries = {
        "": ["Fig", "Apple", "Pear"],
        "?orderBy=id": ["Pear", "Apple", "Fig"],
        "?orderBy=name": ["Apple", "Fig", "Pear"],
        "?orderBy=name&sortedBy=desc": ["Pear", "Fig", "Apple"],
        "?orderBy=price_minor": ["Fig", "Apple", "Pear"],
    }
    for _ in range(2):
        assert {query: list_names(first_app, query=query) for query in queries} == queries
    cheap = next(row for row in data_of(first_app.send("GET", "/items", None), 200)["data"] if row["name"] == "Fig")

    body = {"price_minor": 999}
    data_of(second_app.send("PATCH", f"/items/{cheap['id']}", second_app.admin_token, body), 200)

    for app in (first_app, second_app):
        assert list_names(app, query="?orderBy=price_minor") == ["Apple", "Pear", "Fig"]


def test_a_session_costs_one_more_command(first_app: InProcessShop, valkey: Valkey) -> None:
    item, token = first_app.offer(stock=5), first_app.buyer()

    statements, commands = cost(first_app, valkey, f"/items/{item}", token)

    assert statements == []
    assert len(commands) == 3, commands


def test_a_value_built_in_one_process_is_cached_for_the_other(
    first_app: InProcessShop, second_app: InProcessShop
) -> None:
    item = first_app.offer(stock=5)
    assert (read_item(first_app, item)["stock"], len(list_names(first_app))) == (5, 1)
    read_item(second_app, 999)  # the first request of a process asks for the list of tenants, too

    with record_sql(second_app.database.engine) as statements:
        assert (read_item(second_app, item), len(list_names(second_app))) == (read_item(first_app, item), 1)

    assert statements == []


def test_the_stock_is_always_current(first_app: InProcessShop, second_app: InProcessShop) -> None:
    item, token = first_app.offer(stock=5), first_app.buyer()
    for left in (5, 4, 3):
        assert read_item(second_app, item)["stock"] == left
        assert data_of(second_app.send("GET", "/items", None), 200)["data"][0]["stock"] == left
        first_app.buy(item, token)
    first_app.drain(item)
    assert read_item(second_app, item)["stock"] == 2


def test_an_item_without_redis_data_has_the_stock_of_the_database(first_app: InProcessShop) -> None:
    draft, closed = first_app.offer(stock=7), first_app.offer(stock=8)
    first_app.flush_redis()
    for _ in range(2):
        assert [read_item(first_app, item)["stock"] for item in (draft, closed)] == [7, 8]
    stocks = [row["stock"] for row in data_of(first_app.send("GET", "/items", None), 200)["data"]]
    assert stocks == [8, 7]


def test_a_thousand_reads_of_a_missing_item_cost_one_statement(
    first_app: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine a thousand reads take longer than the ten seconds for which a miss is cached.
    monkeypatch.setattr(ItemCacheManager.info, "negative_ttl", timedelta(hours=1))
    read_item(first_app, 999_998)  # the first request of a process asks for the list of tenants, too
    with record_sql(first_app.database.engine) as statements:
        assert {read_item(first_app, 999_999) for _ in range(1000)} == {NOT_FOUND}
    assert len([sql for sql in statements if "FROM items" in sql]) == 1


def test_a_new_item_is_seen_at_once_after_a_cached_miss_of_its_id(
    first_app: InProcessShop, second_app: InProcessShop
) -> None:
    admin, first = first_app.admin_token, first_app.offer(stock=1)
    body = {"name": "Second", "price_minor": 1, "currency": "EUR", "stock": 2, "status": "on_sale"}
    assert (read_item(second_app, first + 1), list_names(second_app)) == (NOT_FOUND, ["Thing"])
    # The item is not loaded, since loading would invalidate the cache, too.
    assert data_of(first_app.send("POST", "/items", admin, body), 201)["id"] == first + 1
    assert (read_item(second_app, first + 1)["stock"], list_names(second_app)) == (2, ["Second", "Thing"])


@pytest.mark.parametrize(
    "query",
    ["?search=thing", "?orderBy=name&page=2", "?orderBy=name;price_minor", "?page=6", "?orderBy=name&per_page=100"],
)
def test_a_rare_query_is_not_cached(first_app: InProcessShop, valkey: Valkey, query: str) -> None:
    first_app.offer(stock=5)
    assert cost(first_app, valkey, f"/items{query}")[0] != []


def test_a_page_with_fewer_fields_uses_the_same_cache_entry(first_app: InProcessShop) -> None:
    item: Any = first_app.offer(stock=5)
    list_names(first_app)
    with record_sql(first_app.database.engine) as statements:
        rows = data_of(first_app.send("GET", "/items?filter=id;stock", None), 200)["data"]
    assert rows == [{"id": item, "stock": 5}]
    assert statements == []


def test_pages_of_two_sizes_are_cached_separately(first_app: InProcessShop) -> None:
    for _ in range(12):
        first_app.offer(stock=5)
    for _ in range(2):
        assert [len(list_names(first_app, query=f"?per_page={size}")) for size in (10, 20)] == [10, 12]
