"""Catalogue while Redis is down, empty, or not used for sales."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.catalogue.catalogue_client import list_names, read_item, rename_item
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.support.call_recording import record_sql
from tests.support.servers.valkey import Valkey

REDIS_DOWN = 503002


@pytest.fixture
def running_service(
    clean_database: str, make_valkey: Callable[[], Valkey], tmp_path: Path
) -> tuple[InProcessShop, Valkey]:
    """Shop with its own Valkey, which a test may stop."""
    valkey = make_valkey()
    return InProcessShop(clean_database, valkey.url, tmp_path, redis_timeout=0.3), valkey


@pytest.mark.parametrize(("disable", "enable"), [("stop", "start"), ("freeze", "thaw")])
def test_while_redis_is_down_reads_work_and_items_on_sale_cannot_change(
    running_service: tuple[InProcessShop, Valkey], disable: str, enable: str
) -> None:
    shop, valkey = running_service
    item, admin = shop.offer(stock=5), shop.admin_token
    body = {"name": "Second", "price_minor": 1, "currency": "EUR", "stock": 5, "status": "on_sale"}
    read_item(shop, item, admin)
    getattr(valkey, disable)()
    try:
        assert (read_item(shop, item)["stock"], list_names(shop)) == (5, ["Thing"])
        assert rename_item(shop, item, "New").get_json()["code"] == REDIS_DOWN
        assert shop.send("POST", "/items", admin, body).get_json()["code"] == REDIS_DOWN
        # A draft is not for sale, so it needs no Redis.
        assert shop.send("POST", "/items", admin, {**body, "status": "draft"}).get_json()["code"] == 201
        assert list_names(shop) == ["Thing"]
    finally:
        getattr(valkey, enable)()
    assert (read_item(shop, item)["name"], list_names(shop)) == ("Thing", ["Thing"])
    shop.close()


def test_values_lost_by_redis_are_read_again(first_app: InProcessShop, second_app: InProcessShop) -> None:
    item = first_app.offer(stock=5)
    assert (read_item(second_app, item)["name"], list_names(second_app)) == ("Thing", ["Thing"])
    first_app.flush_redis()
    data_of(rename_item(first_app, item, "New"), 200)
    first_app.flush_redis()
    assert (read_item(second_app, item)["name"], list_names(second_app)) == ("New", ["New"])


def test_with_the_database_strategy_the_catalogue_needs_no_redis(
    clean_database: str, valkey: Valkey, tmp_path: Path
) -> None:
    selling = InProcessShop(clean_database, valkey.url, tmp_path, purchase_strategy="db")
    without_redis = InProcessShop(clean_database, "unix:///nowhere/valkey.sock", tmp_path, purchase_strategy="db")
    item = selling.offer(stock=5)
    assert read_item(selling, item)["name"] == "Thing"
    data_of(rename_item(without_redis, item, "New"), 200)
    for shop in (selling, without_redis):
        assert (read_item(shop, item)["name"], list_names(shop)) == ("New", ["New"])
        shop.close()


def test_a_load_after_a_change_of_strategy_invalidates_the_cache(
    clean_database: str, valkey: Valkey, tmp_path: Path
) -> None:
    script, direct = (
        InProcessShop(clean_database, valkey.url, tmp_path, purchase_strategy=strategy) for strategy in ("script", "db")
    )
    item = script.offer(stock=5)
    assert (read_item(script, item)["name"], list_names(script)) == ("Thing", ["Thing"])
    direct.change_row("UPDATE items SET name = 'By hand' WHERE id = %s", item)
    assert read_item(script, item)["name"] == "Thing"

    assert script.cli("sync", str(item)).exit_code == 0
    script.load(item)

    assert (read_item(script, item)["name"], list_names(script)) == ("By hand", ["By hand"])
    script.close()
    direct.close()


def test_while_the_database_is_down_cached_values_are_returned(
    first_app: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = first_app.offer(stock=5)
    assert (read_item(first_app, item)["name"], list_names(first_app)) == ("Thing", ["Thing"])
    first_app.database.engine.dispose()
    monkeypatch.setattr(type(first_app.database), "session_maker", None)
    with record_sql(first_app.database.engine) as statements:
        assert (read_item(first_app, item)["name"], list_names(first_app)) == ("Thing", ["Thing"])
    assert statements == []
