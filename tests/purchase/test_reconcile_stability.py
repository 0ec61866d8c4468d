"""Reconciliation that does its work once, and leaves alone what is only moving."""

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
from tests.purchase.conftest import Sale
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_drains import SimulatedCrash, assert_right, begin_epoch_without_draining, killed_at, status
from tests.purchase.test_reconcile import runs


def test_a_healthy_sale_is_left_alone_however_busy(sale: Sale) -> None:
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


def test_a_look_waits_for_the_last_word_of_a_drain(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    late: list[Timer] = []
    finalize = StockCacheManager.finalize
    monkeypatch.setattr(StockCacheManager, "finalize", lambda *words: late.append(Timer(0.05, finalize, words)))
    sale.shop.buy(sale.item, sale.token)
    sale.shop.drain(sale.item)

    late[0].start()
    assert sale.shop.container.get(SyncStockJob).find_difference(DEFAULT_TENANT, sale.item) is None

    late[0].join()


def test_a_look_waits_for_whoever_is_at_work_on_the_item(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    create, taken, looked = StockLedgerRepository.create, Event(), Event()

    def create_late(ledger: StockLedgerRepository, **line: Any) -> Any:
        taken.set()
        looked.wait(1.0)  # nobody can look meanwhile: that takes the whole second
        return create(ledger, **line)

    monkeypatch.setattr(StockLedgerRepository, "create", create_late)
    with ThreadPoolExecutor(1) as pool:
        adjusted = pool.submit(sale.shop.adjust, sale.item, sale.shop.admin(), delta=-4)
        assert taken.wait(5.0)
        assert sale.shop.container.get(SyncStockJob).find_difference(DEFAULT_TENANT, sale.item) is None
        looked.set()

    assert adjusted.result().status_code == 200
    assert_right(sale.shop, sale.item, left=3)


def test_what_is_written_and_not_yet_said_so_is_no_difference(sale: Sale) -> None:
    sale.shop.buy(sale.item, sale.token)
    with killed_at("after_commit", sale.shop):
        sale.shop.drain(sale.item)

    assert sale.shop.reconcile() == []

    assert runs(sale.shop) == []
    assert_right(sale.shop, sale.item, left=6)


def test_a_repair_that_died_is_finished_by_the_next_sync(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_several_syncs_at_once_tell_it_once(sale: Sale) -> None:
    sale.shop.set_gate_fields(sale.item, avail=8)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sale.shop.reconcile(), range(4)))

    assert len(runs(sale.shop)) == 1
    assert_right(sale.shop, sale.item, left=7)


def test_a_sync_brings_a_lost_credit_without_closing_the_sale(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", lambda *_: CreditOutcome.APPLIED)
        sale.shop.adjust(sale.item, sale.shop.admin(), delta=4)

    assert sale.shop.reconcile() == []

    assert (sale.shop.gate(sale.item)["epoch"], runs(sale.shop)) == ("1", [])
    assert_right(sale.shop, sale.item, left=11)


@pytest.mark.parametrize("deed", ["DELETE", "PATCH"])
def test_what_was_promised_of_an_item_taken_off_sale_is_written(in_process_shop: InProcessShop, deed: str) -> None:
    item, token, admin = in_process_shop.offer(stock=10), in_process_shop.buyer(), in_process_shop.admin()
    order = in_process_shop.buy(item, token)
    begin_epoch_without_draining(in_process_shop, item)
    in_process_shop.send(deed, f"/items/{item}", admin, {"status": "retired"} if deed == "PATCH" else None)
    assert not in_process_shop.load(item)

    in_process_shop.drain(item)
    in_process_shop.drain(item)

    assert (in_process_shop.gate(item)["state"], in_process_shop.gate(item)["pend"]) == ("retired", "0")
    assert status(in_process_shop, order, token) == "confirmed"


def test_an_operator_is_told_what_was_repaired(sale: Sale) -> None:
    assert (sale.shop.cli("sync").stdout, sale.shop.cli("sync").exit_code) == ("Both stores agree.\n", 0)
    sale.shop.set_gate_fields(sale.item, avail=8)

    told = sale.shop.cli("sync")

    says = "MySQL said units=7, Redis said units=8. Epoch 2 begins with 7 pieces."
    assert (told.stdout, told.exit_code) == (f"item {sale.item} (different): {says}\n", 0)


def test_an_operator_may_have_one_item_loaded_anew(sale: Sale) -> None:
    told = sale.shop.cli("sync", str(sale.item))

    assert (told.stdout, told.exit_code) == (f"item {sale.item} (asked): Epoch 2 begins with 7 pieces.\n", 0)
    assert_right(sale.shop, sale.item, left=7)


@pytest.mark.parametrize("words", [("999999",), ("1", "--tenant", "2")])
def test_an_item_that_is_not_there_is_not_loaded(sale: Sale, words: tuple[str, ...]) -> None:
    told = sale.shop.cli("sync", *words)

    assert (told.exit_code, runs(sale.shop)) == (1, [])
    assert sale.shop.redis.keys("*:item:*999999") == []


def test_what_the_database_refused_is_noted_and_explained(sale: Sale) -> None:
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
