"""The catalogue while Redis is away, forgets, or does not sell: never quick, always right."""

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
    """A shop on a Valkey of its own, which may be ruined."""
    valkey = make_valkey()
    return InProcessShop(clean_database, valkey.url, tmp_path, redis_timeout=0.3), valkey


@pytest.mark.parametrize(("ruin", "mend"), [("stop", "start"), ("freeze", "thaw")])
def test_while_redis_is_away_the_database_answers_and_nothing_is_changed_that_is_sold(
    running_service: tuple[InProcessShop, Valkey], ruin: str, mend: str
) -> None:
    shop, valkey = running_service
    item, admin = shop.offer(stock=5), shop.admin_token
    words = {"name": "Second", "price_minor": 1, "currency": "EUR", "stock": 5, "status": "on_sale"}
    read_item(shop, item, admin)
    getattr(valkey, ruin)()
    try:
        assert (read_item(shop, item)["stock"], list_names(shop)) == (5, ["Thing"])
        assert rename_item(shop, item, "New").get_json()["code"] == REDIS_DOWN
        assert shop.send("POST", "/items", admin, words).get_json()["code"] == REDIS_DOWN
        # Nobody buys by what a draft says.
        assert shop.send("POST", "/items", admin, {**words, "status": "draft"}).get_json()["code"] == 201
        assert list_names(shop) == ["Thing"]
    finally:
        getattr(valkey, mend)()
    assert (read_item(shop, item)["name"], list_names(shop)) == ("Thing", ["Thing"])
    shop.close()


def test_what_redis_forgets_is_asked_again(first_app: InProcessShop, second_app: InProcessShop) -> None:
    item = first_app.offer(stock=5)
    assert (read_item(second_app, item)["name"], list_names(second_app)) == ("Thing", ["Thing"])
    first_app.flush_redis()
    data_of(rename_item(first_app, item, "New"), 200)
    first_app.flush_redis()
    assert (read_item(second_app, item)["name"], list_names(second_app)) == ("New", ["New"])


def test_where_the_database_sells_it_also_tells_and_needs_no_redis(
    clean_database: str, valkey: Valkey, tmp_path: Path
) -> None:
    selling = InProcessShop(clean_database, valkey.url, tmp_path, purchase_strategy="db")
    away = InProcessShop(clean_database, "unix:///nowhere/valkey.sock", tmp_path, purchase_strategy="db")
    item = selling.offer(stock=5)
    assert read_item(selling, item)["name"] == "Thing"
    data_of(rename_item(away, item, "New"), 200)
    for shop in (selling, away):
        assert (read_item(shop, item)["name"], list_names(shop)) == ("New", ["New"])
        shop.close()


def test_after_a_change_of_strategy_a_load_has_everything_read_again(
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


def test_while_the_database_is_away_what_is_known_is_told(
    first_app: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = first_app.offer(stock=5)
    assert (read_item(first_app, item)["name"], list_names(first_app)) == ("Thing", ["Thing"])
    first_app.database.engine.dispose()
    monkeypatch.setattr(type(first_app.database), "session_maker", None)
    with record_sql(first_app.database.engine) as statements:
        assert (read_item(first_app, item)["name"], list_names(first_app)) == ("Thing", ["Thing"])
    assert statements == []
