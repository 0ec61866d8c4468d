"""Reservations of older epochs, concurrent loads, and duplicate numbers."""

from typing import Any
from uuid import UUID

import pytest

from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.core.database.model import DEFAULT_TENANT
from shop.core.errors import TryAgain
from shop.core.redis.stores import RedisError
from shop.jobs.invariant import VerifyInvariantsJob
from shop.jobs.stock import DrainStockJob, LoadStockJob
from shop.services.sale_gate import SaleGateService
from tests.purchase.conftest import MakeInProcessShop, Sale
from tests.purchase.support.dead_letters import buy_impossibly, voids
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_drains import begin_epoch_without_draining, status
from tests.support.counted_metrics import CountedMetrics


def broken(shop: InProcessShop) -> set[int]:
    """Return the numbers of the violated invariants."""
    return {verdict.number for verdict in shop.container.get(VerifyInvariantsJob).check(()) if verdict.problems}


def run_worker_jobs(shop: InProcessShop, item: int) -> None:
    """Run the jobs that a worker runs within minutes."""
    for _ in range(2):
        shop.drain(item)
        shop.load(item)
        shop.reconcile()
        shop.drain(item)


def test_an_adjustment_takes_no_reserved_pieces_while_a_load_counts_older_reservations(
    in_process_shop: InProcessShop,
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    begin_epoch_without_draining(in_process_shop, item)
    order = in_process_shop.buy(item, token, 10)
    # An older reservation, as after a wrong Redis, then a load that has begun its epoch and not yet counted.
    gates, load = in_process_shop.container.get(SaleGateService), in_process_shop.container.get(LoadStockJob)
    claim = gates.claim(DEFAULT_TENANT, item)
    opening = in_process_shop.run_in_tenant(lambda: gates.begin_epoch(item))
    assert opening
    assert gates.open(DEFAULT_TENANT, item, claim, opening)

    answer = in_process_shop.adjust(item, in_process_shop.admin_token, delta=-4)
    load.drain_item(DEFAULT_TENANT, item)
    gates.open_to_buyers(DEFAULT_TENANT, item, claim, opening)
    run_worker_jobs(in_process_shop, item)

    assert (answer.status_code, status(in_process_shop, order, token)) == (503, "confirmed")


def test_an_uncounted_older_reservation_keeps_the_gate_closed(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = in_process_shop.buy(item, token, 10)
    begin_epoch_without_draining(in_process_shop, item)
    gate = SaleGateService(**vars(in_process_shop.gates))
    gate.claim(DEFAULT_TENANT, item)
    really, calls = StockCacheManager.readmit, []

    def time_out_once(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:  # The first call returns CLOSED; the second one counts the reservation.
            raise RedisError("timed out")
        return really(*arguments)

    monkeypatch.setattr(StockCacheManager, "readmit", time_out_once)
    with pytest.raises(TryAgain):
        in_process_shop.load(item)
    answer = in_process_shop.send_purchase(item, in_process_shop.buyer(), 10)
    run_worker_jobs(in_process_shop, item)

    assert (answer.status_code, status(in_process_shop, order, token)) != (202, "rejected")


def test_drains_at_a_closed_gate_request_one_load_and_void_a_number_once(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = in_process_shop.buy(item, token, 2)
    begin_epoch_without_draining(in_process_shop, item)
    in_process_shop.gates.claim(DEFAULT_TENANT, item)
    before = in_process_shop.queued_arguments(JobName.LOAD_STOCK)

    for _ in range(2):
        in_process_shop.drain(item)

    requested = in_process_shop.queued_arguments(JobName.LOAD_STOCK)
    assert requested == [*before, {"tenant_id": DEFAULT_TENANT, "item_id": item}]
    assert voids(in_process_shop) == [f"{item}:1:1"]
    assert in_process_shop.redis.xlen(in_process_shop.partition_key(item, "dead")) == 0
    run_worker_jobs(in_process_shop, item)
    assert (status(in_process_shop, order, token), broken(in_process_shop)) == ("confirmed", set())


def test_concurrent_loads_leave_one_epoch(in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch) -> None:
    item = in_process_shop.offer(stock=10)
    in_process_shop.gates.claim(DEFAULT_TENANT, item)
    begin = LoadStockJob.begin_epoch

    def overtaken(job: LoadStockJob, *arguments: Any) -> Any:
        monkeypatch.setattr(LoadStockJob, "begin_epoch", begin)
        assert job.load(DEFAULT_TENANT, item)
        return begin(job, *arguments)

    monkeypatch.setattr(LoadStockJob, "begin_epoch", overtaken)
    in_process_shop.load(item)

    ((epoch,),) = in_process_shop.rows("SELECT epoch FROM items WHERE id = %s", item)
    assert (in_process_shop.gate(item)["state"], in_process_shop.gate(item)["epoch"], broken(in_process_shop)) == (
        "open",
        str(epoch),
        set(),
    )


def test_the_repair_of_an_older_count_leaves_no_gap(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, item = sale.shop, sale.item
    shop.set_gate_fields(item, seq=int(shop.gate(item)["seq"]) - 2)
    # Numbers 1 and 2 again and 3, then 4: the drain reads them in two pages, as under load.
    orders = [shop.buy(item, sale.token) for _ in range(4)]
    entries = StockCacheManager.entries
    monkeypatch.setattr(
        StockCacheManager,
        "entries",
        lambda self, number, after=None, most=500: entries(self, number, after, min(most, 3)),
    )
    shop.drain(item)
    monkeypatch.undo()
    monkeypatch.setattr("shop.jobs.stock.RECHECK_SECONDS", 0.05)
    run_worker_jobs(shop, item)

    assert [status(shop, order, sale.token) for order in orders] == ["confirmed"] * 4
    assert broken(shop) == set()


def test_the_number_of_an_order_is_not_declared_void(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.jobs.stock.RECHECK_SECONDS", 0.05)
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    before = in_process_shop.gate(item)
    in_process_shop.buy_and_write(item, token)
    again = in_process_shop.buy(item, token, key="k")
    in_process_shop.drain(item)
    # Redis is restored to the state before both.
    in_process_shop.set_gate_fields(item, **before)
    in_process_shop.redis.delete(in_process_shop.partition_key(item, f"receipt:{again}"))

    assert in_process_shop.buy(item, token, key="k") == again
    run_worker_jobs(in_process_shop, item)

    assert broken(in_process_shop) == set()


def test_a_void_number_is_not_assigned_to_an_order(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.jobs.stock.RECHECK_SECONDS", 0.05)
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    before = in_process_shop.gate(item)
    buy_impossibly(in_process_shop, item, token)
    in_process_shop.drain(item)
    in_process_shop.redis.delete(in_process_shop.partition_key(item, "dead"))
    for key in in_process_shop.redis.scan_iter("*receipt*"):
        in_process_shop.redis.delete(key)
    in_process_shop.set_gate_fields(item, **before)

    in_process_shop.buy_and_write(item, token)
    run_worker_jobs(in_process_shop, item)

    assert broken(in_process_shop) == set()


@pytest.mark.parametrize("stock", [10, 1])
def test_the_database_writes_an_older_reservation_at_once_or_sets_it_aside(
    make_in_process_shop: MakeInProcessShop, counted: CountedMetrics, stock: int
) -> None:
    before, shop = make_in_process_shop(), make_in_process_shop(purchase_strategy="db")
    item, token = before.offer(stock=10), before.buyer()
    order = before.buy(item, token, 2)
    shop.gates.claim(DEFAULT_TENANT, item)
    assert shop.run_in_tenant(lambda: shop.gates.begin_epoch(item))
    shop.change_row("UPDATE items SET stock = %s, updated_at = created_at WHERE id = %s", stock, item)

    shop.container.get(DrainStockJob).write(shop.stock.partition(DEFAULT_TENANT, item), None)

    written, receipt = stock > 1, shop.stock.find_reservation(DEFAULT_TENANT, item, UUID(order))
    assert receipt is not None
    assert (len(shop.orders_of(item)), receipt.state) == ((1, "C") if written else (0, "D"))
    assert shop.redis.xlen(shop.partition_key(item, "outbox")) == 0
    assert shop.redis.xlen(shop.partition_key(item, "dead")) == int(not written)
    assert counted.observations.get("shop_drain_orders", []) == [1] * written
