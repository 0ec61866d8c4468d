"""Invariant check during sales: reports violations, not transient counts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from types import SimpleNamespace

import pytest

from shop.constants.stock import GateState
from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.invariant import VerifyInvariantsJob
from shop.jobs.stock import PreloadStockJob
from tests.purchase.conftest import MakeInProcessShop, Sale
from tests.purchase.support.in_process_shop import InProcessShop

STOCK = 100_000


def wrong(shop: InProcessShop) -> dict[int, list[str]]:
    """Return the problems that all checks found, by number of the invariant."""
    return {v.number: v.problems for v in shop.container.get(VerifyInvariantsJob).run() if v.problems}


@contextmanager
def selling(shop: InProcessShop, item: int) -> Iterator[None]:
    """Run two buyers and a drain for the duration of the context."""
    over, buyers = Event(), [shop.buyer() for _ in range(2)]

    def buy(token: str) -> None:
        while not over.is_set():
            shop.buy(item, token)

    def write() -> None:
        while not over.is_set():
            shop.drain(item)

    with ThreadPoolExecutor(3) as pool:
        done = [*(pool.submit(buy, token) for token in buyers), pool.submit(write)]
        try:
            yield
        finally:
            over.set()
    for one in done:
        one.result()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the pauses between checks, to meet transient counts more often."""
    monkeypatch.setattr("shop.jobs.invariant.PAUSE_SECONDS", 0)


def test_a_healthy_item_on_sale_is_not_reported(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=STOCK)

    with selling(in_process_shop, item):
        assert [wrong(in_process_shop) for _ in range(2)] == [{}] * 2
    in_process_shop.drain(item)
    assert wrong(in_process_shop) == {}


def test_a_wrong_item_on_sale_is_reported(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=STOCK)
    # More pieces than are sold within one check: fewer could look correct in one of the checks.
    in_process_shop.set_gate_fields(item, avail=STOCK + 1000)

    with selling(in_process_shop, item):
        assert wrong(in_process_shop).keys() == {3}


def test_a_wrong_item_sold_between_two_checks_is_reported(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    sale.shop.set_gate_fields(sale.item, avail=int(sale.shop.gate(sale.item)["avail"]) + 2)
    sale.shop.change_row(
        "UPDATE stock_ledger SET delta = delta - 1 WHERE item_id = %s AND reason = 'initial'", sale.item
    )
    # Only the sleep of the job; other code may sleep.
    clock = SimpleNamespace(sleep=lambda _: sale.shop.buy_and_write(sale.item, sale.token))
    monkeypatch.setattr("shop.jobs.invariant.time", clock)

    assert wrong(sale.shop).keys() == {1, 3}


@pytest.mark.parametrize("name", ["avail", "hwm", "epoch", "pend", "seq"])
def test_an_invalid_gate_stops_neither_the_check_nor_the_catalogue(in_process_shop: InProcessShop, name: str) -> None:
    item = in_process_shop.offer(stock=10)
    in_process_shop.set_gate_fields(item, **{name: "nonsense"})

    assert in_process_shop.http.get("/api/v1/items").status_code == 200
    assert wrong(in_process_shop)[3] == [f"item {item}: its gate says {name}='nonsense', which is no number"]


def test_a_deleted_item_sold_by_a_restored_redis_is_reported(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=10)
    before = in_process_shop.gate(item)
    assert in_process_shop.send("DELETE", f"/items/{item}", in_process_shop.admin_token).status_code == 200
    in_process_shop.redis.delete(in_process_shop.partition_key(item, f"item:{DEFAULT_TENANT}:{item}"))
    in_process_shop.set_gate_fields(item, **before)

    assert wrong(in_process_shop) == {3: [f"item {item}: it is sold by Redis although it is not on sale"]}


def test_a_retired_gate_is_not_reported_when_the_database_sells(make_in_process_shop: MakeInProcessShop) -> None:
    before = make_in_process_shop()
    item, token = before.offer(stock=10), before.buyer()
    before.send("DELETE", f"/items/{item}", before.admin_token)
    before.load(item)
    shop = make_in_process_shop(purchase_strategy="db")
    for place in shop.container.get(PreloadStockJob).find_unloaded():
        shop.load(place[1])
    assert shop.send("POST", f"/items/{item}/restore", shop.admin_token).status_code == 200
    shop.set_gate_fields(item, state=GateState.RETIRED)
    shop.buy(item, token)

    assert wrong(shop) == {}
