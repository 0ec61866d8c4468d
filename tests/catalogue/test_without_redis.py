"""The catalogue while Redis is away, forgets, or does not sell: never quick, always right."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.catalogue.catalogue_client import names, read, rename
from tests.purchase.support.in_process_shop import Indoors, data_of
from tests.support.call_recording import counted_sql
from tests.support.servers.valkey import Valkey

REDIS_DOWN = 503002


@pytest.fixture
def town(clean_database: str, make_valkey: Callable[[], Valkey], tmp_path: Path) -> tuple[Indoors, Valkey]:
    """A shop on a Valkey of its own, which may be ruined."""
    valkey = make_valkey()
    return Indoors(clean_database, valkey.url, tmp_path, redis_timeout=0.3), valkey


@pytest.mark.parametrize(("ruin", "mend"), [("stop", "start"), ("freeze", "thaw")])
def test_while_redis_is_away_the_database_answers_and_nothing_is_changed_that_is_sold(
    town: tuple[Indoors, Valkey], ruin: str, mend: str
) -> None:
    shop, valkey = town
    item, admin = shop.offer(stock=5), shop.admin_token
    words = {"name": "Second", "price_minor": 1, "currency": "EUR", "stock": 5, "status": "on_sale"}
    read(shop, item, admin)
    getattr(valkey, ruin)()
    try:
        assert (read(shop, item)["stock"], names(shop)) == (5, ["Thing"])
        assert rename(shop, item, "New").get_json()["code"] == REDIS_DOWN
        assert shop.send("POST", "/items", admin, words).get_json()["code"] == REDIS_DOWN
        # Nobody buys by what a draft says.
        assert shop.send("POST", "/items", admin, {**words, "status": "draft"}).get_json()["code"] == 201
        assert names(shop) == ["Thing"]
    finally:
        getattr(valkey, mend)()
    assert (read(shop, item)["name"], names(shop)) == ("Thing", ["Thing"])
    shop.close()


def test_what_redis_forgets_is_asked_again(here: Indoors, there: Indoors) -> None:
    item = here.offer(stock=5)
    assert (read(there, item)["name"], names(there)) == ("Thing", ["Thing"])
    here.forget_stock()
    data_of(rename(here, item, "New"), 200)
    here.forget_stock()
    assert (read(there, item)["name"], names(there)) == ("New", ["New"])


def test_where_the_database_sells_it_also_tells_and_needs_no_redis(
    clean_database: str, valkey: Valkey, tmp_path: Path
) -> None:
    selling = Indoors(clean_database, valkey.url, tmp_path, purchase_strategy="db")
    away = Indoors(clean_database, "unix:///nowhere/valkey.sock", tmp_path, purchase_strategy="db")
    item = selling.offer(stock=5)
    assert read(selling, item)["name"] == "Thing"
    data_of(rename(away, item, "New"), 200)
    for shop in (selling, away):
        assert (read(shop, item)["name"], names(shop)) == ("New", ["New"])
        shop.close()


def test_after_a_change_of_strategy_a_load_has_everything_read_again(
    clean_database: str, valkey: Valkey, tmp_path: Path
) -> None:
    script, direct = (
        Indoors(clean_database, valkey.url, tmp_path, purchase_strategy=strategy) for strategy in ("script", "db")
    )
    item = script.offer(stock=5)
    assert (read(script, item)["name"], names(script)) == ("Thing", ["Thing"])
    direct.change("UPDATE items SET name = 'By hand' WHERE id = %s", item)
    assert read(script, item)["name"] == "Thing"

    assert script.cli("sync", str(item)).exit_code == 0
    script.load(item)

    assert (read(script, item)["name"], names(script)) == ("By hand", ["By hand"])
    script.close()
    direct.close()


def test_while_the_database_is_away_what_is_known_is_told(here: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    item = here.offer(stock=5)
    assert (read(here, item)["name"], names(here)) == ("Thing", ["Thing"])
    here.database.engine.dispose()
    monkeypatch.setattr(type(here.database), "session_maker", None)
    with counted_sql(here.database.engine) as statements:
        assert (read(here, item)["name"], names(here)) == ("Thing", ["Thing"])
    assert statements == []
