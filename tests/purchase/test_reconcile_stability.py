"""Stability of reconciliation: each repair once, none for a healthy sale."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Timer
from typing import Any

import pytest

from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.constants.stock import CreditOutcome
from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import SyncStockJob
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.supports.stock import Difference
from tests.purchase.conftest import Sale
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_drains import SimulatedCrash, assert_right, begin_epoch_without_draining, killed_at, status
from tests.purchase.test_reconcile import runs


def test_a_busy_healthy_sale_is_not_repaired(sale: Sale) -> None:
    shop, over = sale.shop, Event()
    items = [shop.offer(stock=10_000) for _ in range(2)]

    def buy_on(item: int) -> None:
        token = shop.buyer()
        while not over.is_set():
            order = shop.buy(item, token)
            if int(order[-1], 16) < 4:
                shop.cancel(order, token)

    def drain_on() -> None:
        while not over.is_set():
            for item in items:
                shop.drain(item)

    with ThreadPoolExecutor(4) as pool:
        busy = [pool.submit(buy_on, items[0]), pool.submit(buy_on, items[1]), pool.submit(drain_on)]
        try:
            done = [shop.reconcile() for _ in range(15)]
        finally:
            over.set()
        for thread in busy:
            thread.result()

    assert done == [[]] * 15
    assert runs(shop) == []


def find_difference(sale: Sale) -> Difference | None:
    """Compare the item in both stores, as the reconciliation does."""
    job = sale.shop.container.get(SyncStockJob)
    return job.transact(DEFAULT_TENANT, job.runs.find_difference, sale.item)


def test_a_comparison_waits_until_a_drain_has_finalized(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    late: list[Timer] = []
    finalize = StockCacheManager.finalize
    monkeypatch.setattr(StockCacheManager, "finalize", lambda *arguments: late.append(Timer(0.05, finalize, arguments)))
    sale.shop.buy(sale.item, sale.token)
    sale.shop.drain(sale.item)

    late[0].start()
    assert find_difference(sale) is None

    late[0].join()


def test_a_comparison_waits_for_a_running_adjustment_of_the_item(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    create, taken, compared = StockLedgerRepository.create, Event(), Event()

    def create_late(ledger: StockLedgerRepository, **line: Any) -> Any:
        taken.set()
        compared.wait(1.0)  # the row lock blocks the comparison, so this takes the whole second
        return create(ledger, **line)

    monkeypatch.setattr(StockLedgerRepository, "create", create_late)
    with ThreadPoolExecutor(1) as pool:
        adjusted = pool.submit(sale.shop.adjust, sale.item, sale.shop.admin(), delta=-4)
        assert taken.wait(5.0)
        assert find_difference(sale) is None
        compared.set()

    assert adjusted.result().status_code == 200
    assert_right(sale.shop, sale.item, left=3)


def test_an_order_written_but_not_finalized_is_no_difference(sale: Sale) -> None:
    sale.shop.buy(sale.item, sale.token)
    with killed_at("after_commit", sale.shop):
        sale.shop.drain(sale.item)

    assert sale.shop.reconcile() == []

    assert runs(sale.shop) == []
    assert_right(sale.shop, sale.item, left=6)


def test_an_interrupted_repair_is_finished_by_the_next_sync(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise SimulatedCrash

    sale.shop.set_gate_fields(sale.item, avail=8)
    with monkeypatch.context() as patch:
        patch.setattr(SyncStockJob, "load", die)
        with pytest.raises(SimulatedCrash):
            sale.shop.reconcile()
    assert [run[-1] for run in runs(sale.shop)] == [""]

    sale.shop.reconcile()

    assert [run[-1] for run in runs(sale.shop)] == ["Epoch 2 begins with 7 pieces."]
    assert_right(sale.shop, sale.item, left=7)


def test_concurrent_syncs_report_a_difference_once(sale: Sale) -> None:
    sale.shop.set_gate_fields(sale.item, avail=8)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sale.shop.reconcile(), range(4)))

    assert len(runs(sale.shop)) == 1
    assert_right(sale.shop, sale.item, left=7)


def test_a_sync_applies_a_lost_credit_without_closing_the_gate(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", lambda *_: CreditOutcome.APPLIED)
        sale.shop.adjust(sale.item, sale.shop.admin(), delta=4)

    assert sale.shop.reconcile() == []

    assert (sale.shop.gate(sale.item)["epoch"], runs(sale.shop)) == ("1", [])
    assert_right(sale.shop, sale.item, left=11)


@pytest.mark.parametrize("deed", ["DELETE", "PATCH"])
def test_reservations_of_an_item_taken_off_sale_are_written(in_process_shop: InProcessShop, deed: str) -> None:
    item, token, admin = in_process_shop.offer(stock=10), in_process_shop.buyer(), in_process_shop.admin()
    order = in_process_shop.buy(item, token)
    begin_epoch_without_draining(in_process_shop, item)
    in_process_shop.send(deed, f"/items/{item}", admin, {"status": "retired"} if deed == "PATCH" else None)
    assert not in_process_shop.load(item)

    in_process_shop.drain(item)
    in_process_shop.drain(item)

    assert (in_process_shop.gate(item)["state"], in_process_shop.gate(item)["pend"]) == ("retired", "0")
    assert status(in_process_shop, order, token) == "confirmed"


def test_the_sync_command_prints_the_repairs(sale: Sale) -> None:
    assert (sale.shop.cli("sync").stdout, sale.shop.cli("sync").exit_code) == ("Both stores agree.\n", 0)
    sale.shop.set_gate_fields(sale.item, avail=8)

    result = sale.shop.cli("sync")

    difference = "MySQL said units=7, Redis said units=8. Epoch 2 begins with 7 pieces."
    assert (result.stdout, result.exit_code) == (f"item {sale.item} (different): {difference}\n", 0)


def test_the_sync_command_reloads_one_item(sale: Sale) -> None:
    result = sale.shop.cli("sync", str(sale.item))

    assert (result.stdout, result.exit_code) == (f"item {sale.item} (asked): Epoch 2 begins with 7 pieces.\n", 0)
    assert_right(sale.shop, sale.item, left=7)


@pytest.mark.parametrize("arguments", [("999999",), ("1", "--tenant", "2")])
def test_the_sync_command_refuses_an_unknown_item(sale: Sale, arguments: tuple[str, ...]) -> None:
    result = sale.shop.cli("sync", *arguments)

    assert (result.exit_code, runs(sale.shop)) == (1, [])
    assert sale.shop.redis.keys("*:item:*999999") == []


def test_orders_refused_by_the_database_are_recorded_with_their_cause(sale: Sale) -> None:
    sale.shop.change_row("UPDATE items SET stock = 0 WHERE id = %s", sale.item)
    order = sale.shop.buy(sale.item, sale.token)

    sale.shop.drain(sale.item)
    assert sale.shop.queued_arguments(JobName.SYNC_STOCK) == [
        {"tenant_id": DEFAULT_TENANT, "item_id": sale.item, "cause": "refused"}
    ]
    sale.shop.container.get(SyncStockJob).run(DEFAULT_TENANT, sale.item, "refused")
    sale.shop.drain(sale.item)

    assert [run[1] for run in runs(sale.shop)] == ["refused"]
    assert status(sale.shop, order, sale.token) == "rejected"
    assert_right(sale.shop, sale.item, left=0, broken={12})
