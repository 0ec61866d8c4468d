"""Damaged values in Redis: answered in the envelope, and healed by purchases, jobs or `flask shop sync`."""

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from shop.cache_managers.item import ItemCacheManager
from shop.constants.order import Strategy
from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import DrainStockJob, PreloadStockJob, SweepStockJob, SyncStockJob
from shop.services.queue_metric import QueueMetricService
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.samples import sample

TYPES: dict[str, Callable[[Any, str], object]] = {
    "text": lambda redis, name: redis.set(name, "damaged"),
    "hash": lambda redis, name: redis.hset(name, "a", "b"),
    "list": lambda redis, name: redis.rpush(name, "damaged"),
    "set": lambda redis, name: redis.sadd(name, "damaged"),
    "stream": lambda redis, name: redis.xadd(name, {"a": "b"}),
}
GATE_FIELDS = ("epoch", "avail", "pend", "price", "seq", "hwm", "limit", "forgot")
STRATEGIES = (Strategy.SCRIPT, Strategy.LOCK, Strategy.WATCH)
ALL_STRATEGIES = pytest.mark.parametrize("shop", STRATEGIES, indirect=True)
DAMAGED_FIELDS = sample(list(product(STRATEGIES, GATE_FIELDS, ["abc", "9" * 30])), 12, key=lambda case: case[1])
DAMAGED_RECEIPTS = sample(
    list(product(STRATEGIES, ["text", "hash"], ["garbage", "P|1|2", "P|x|1|1|1|1|1|EUR|1|1|1"])),
    6,
    key=lambda case: case[:2],
)


@pytest.fixture
def shop(
    request: pytest.FixtureRequest, clean_database: str, redis_url: str, tmp_path: Path
) -> Iterator[InProcessShop]:
    """Run a shop in this process, by default with the strategy `script`."""
    strategy = getattr(request, "param", Strategy.SCRIPT)
    shop = InProcessShop(clean_database, redis_url, tmp_path, purchase_strategy=str(strategy))
    yield shop
    shop.close()


def key(shop: InProcessShop, item: int, kind: str) -> str:
    names = {"item": f"item:{DEFAULT_TENANT}:{item}", "limit": f"limit:{DEFAULT_TENANT}:{item}"}
    return shop.partition_key(item, names.get(kind, kind))


def damage(shop: InProcessShop, name: str, kind: str) -> None:
    shop.redis.delete(name)
    TYPES[kind](shop.redis, name)


def heal_and_buy(shop: InProcessShop, item: int, token: str) -> None:
    """Buy after the jobs have run; every answer until then is one of the documented ones."""
    first = shop.send_purchase(item, token)
    assert first.status_code in {201, 202, 503}, first.get_data()
    assert first.get_json()["code"]
    shop.reconcile()
    shop.container.get(SweepStockJob).run()
    for tenant_id, item_id in shop.container.get(PreloadStockJob).find_unloaded():
        assert tenant_id == DEFAULT_TENANT
        shop.load(item_id)
    shop.buy(item, token)
    shop.drain(item)
    assert shop.cli("verify").exit_code == 0, shop.cli("verify").output


@pytest.mark.parametrize(("shop", "field", "value"), DAMAGED_FIELDS, indirect=["shop"])
def test_a_damaged_field_of_a_gate_is_healed(shop: InProcessShop, field: str, value: str) -> None:
    item, token = shop.offer(stock=10, max_per_user=9), shop.buyer()
    shop.buy_and_write(item, token)
    shop.set_gate_fields(item, **{field: value})
    heal_and_buy(shop, item, token)


@pytest.mark.parametrize("kind", ["text", "stream"])
@ALL_STRATEGIES
def test_a_gate_of_another_type_is_healed(shop: InProcessShop, kind: str) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy_and_write(item, token)
    damage(shop, key(shop, item, "item"), kind)
    assert shop.http.get(f"{API}/items/{item}").status_code == 200
    heal_and_buy(shop, item, token)


@pytest.mark.parametrize("kind", ["text", "list"])
@pytest.mark.parametrize("name", ["outbox", "dead"])
def test_a_stream_of_another_type_is_set_aside(shop: InProcessShop, name: str, kind: str) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy_and_write(item, token)
    damage(shop, key(shop, item, name), kind)
    assert list(shop.container.get(QueueMetricService).measure())
    heal_and_buy(shop, item, token)
    assert shop.redis.exists(key(shop, item, f"{name}:damaged"))


@pytest.mark.parametrize("kind", ["text", "list"])
@ALL_STRATEGIES
def test_limits_and_buyers_of_another_type_are_healed(shop: InProcessShop, kind: str) -> None:
    item, token = shop.offer(stock=10, max_per_user=2), shop.buyer()
    shop.buy_and_write(item, token)
    damage(shop, key(shop, item, "limit"), kind)
    (buyer,) = shop.redis.keys(key(shop, item, "buyer:*"))
    damage(shop, buyer, "list")
    for _ in range(2):
        assert shop.send_purchase(item, token).status_code in {201, 202, 503}
    shop.container.get(SyncStockJob).run()
    if not shop.gates.is_settled(DEFAULT_TENANT, item):
        shop.load(item)
    # One of the two pieces was bought before, so no more than one more is sold.
    answers = [shop.send_purchase(item, token).status_code for _ in range(3)]
    shop.drain(item)
    assert sum(int(row[0]) for row in shop.rows("SELECT quantity FROM orders WHERE item_id = %s", item)) == 2, answers


@pytest.mark.parametrize(("shop", "kind", "content"), DAMAGED_RECEIPTS, indirect=["shop"])
def test_a_damaged_receipt_is_reported_once_and_then_a_miss(shop: InProcessShop, kind: str, content: str) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    order = shop.buy_and_write(item, token, key="key-1")
    receipt = key(shop, item, f"receipt:{order}")
    damage(shop, receipt, kind)
    if kind == "text":
        shop.redis.set(receipt, content)
    assert shop.send("GET", f"/orders/{order}", token).status_code == 200
    if shop.settings.purchase_strategy != "db":
        assert shop.send_purchase(item, token, key="key-1").get_json()["code"] == 500001
    assert shop.send_purchase(item, token, key="key-1").status_code in {201, 202, 503}
    shop.drain(item)
    assert len(shop.rows("SELECT id FROM orders WHERE item_id = %s", item)) == 1


@pytest.mark.parametrize("value", ["garbage", "5", '"text"', "[]", "{}", '{"rows": [5], "total": 1}', "list"])
def test_damaged_cache_entries_are_a_miss(shop: InProcessShop, value: str) -> None:
    item = shop.offer(stock=10)
    for path in (f"/items/{item}", "/items"):
        expected = shop.http.get(f"{API}{path}").get_json()["data"]
        for name in shop.redis.keys("*:info:*") + shop.redis.keys("*:page:*") + shop.redis.keys("*:pages"):
            damage_entry(shop, name, value)
        for _ in range(2):
            answer = shop.http.get(f"{API}{path}")
            assert (answer.status_code, answer.get_json()["data"]) == (200, expected)
        for name in shop.redis.keys("*:info:*") + shop.redis.keys("*:page:*") + shop.redis.keys("*:pages"):
            damage_entry(shop, name, value)
        assert shop.send("PATCH", f"/items/{item}", shop.admin_token, {"introduction": value}).status_code == 200
        shop.load(item)
    assert shop.container.get(ItemCacheManager)


def damage_entry(shop: InProcessShop, name: str, value: str) -> None:
    held = shop.redis.get(name) if shop.redis.type(name) == "string" else ""
    shop.redis.delete(name)
    if value == "list":
        shop.redis.rpush(name, value)
    else:
        # The tag of a page stays in front of it.
        shop.redis.set(name, (f"{held.partition('|')[0]}|" if "|" in (held or "") else "") + value)


@pytest.mark.parametrize(
    "value", ["garbage", "5", '{"form": 1}', '{"form": 1, "changed": 0, "card": {"id": 7}}', "list"]
)
def test_a_damaged_session_is_read_from_the_database(shop: InProcessShop, value: str) -> None:
    token = shop.buyer()
    assert shop.send("GET", "/auth/me", token).status_code == 200
    (name,) = shop.redis.keys("*:session:*")
    damage_entry(shop, name, value)
    for _ in range(2):
        assert shop.send("GET", "/auth/me", token).status_code == 200


def test_drains_go_on_beside_a_damaged_gate(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    order = shop.buy(item, token)
    shop.set_gate_fields(item, pend="abc", avail="abc")
    shop.container.get(DrainStockJob).run(shop.stock.partition(DEFAULT_TENANT, item))
    assert shop.send("GET", f"/orders/{order}", token).get_json()["data"]["status"] == "confirmed"
    heal_and_buy(shop, item, token)


def test_sync_heals_a_damaged_item(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    shop.set_gate_fields(item, epoch="text")
    assert shop.cli("sync").exit_code == 0
    shop.buy(item, token)
    damage(shop, key(shop, item, "item"), "list")
    assert shop.cli("sync", str(item)).exit_code == 0
    shop.buy(item, token)
    shop.drain(item)
    assert shop.cli("verify").exit_code == 0
