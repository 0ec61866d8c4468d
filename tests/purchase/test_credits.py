"""Credits are applied in Redis once and in order, despite failures."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.constants.stock import CreditOutcome
from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import SyncStockJob
from shop.services.sale_gate import SaleGateService
from shop.supports.sale_gate import CreditNote
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.purchase.test_drains import assert_right


def test_pieces_returned_while_the_gate_is_closed_are_available_after_opening(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, token, 2)
    in_process_shop.container.get(SaleGateService).claim(DEFAULT_TENANT, item)

    data_of(in_process_shop.cancel(order, token), 200)

    assert in_process_shop.gate(item)["avail"] == "1"
    assert in_process_shop.load(item)
    assert_right(in_process_shop, item, left=3)


def test_pieces_returned_between_the_last_read_and_the_opening_of_a_load_are_applied(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order, really = in_process_shop.buy_and_write(item, token, 2), SaleGateService.open
    in_process_shop.container.get(SaleGateService).claim(DEFAULT_TENANT, item)

    def open_late(gates: SaleGateService, *arguments: Any) -> bool:
        with ThreadPoolExecutor(1) as pool:
            data_of(pool.submit(in_process_shop.cancel, order, token).result(), 200)
        return really(gates, *arguments)

    monkeypatch.setattr(SaleGateService, "open", open_late)
    assert in_process_shop.load(item)

    assert_right(in_process_shop, item, left=3)


def test_credits_that_arrive_out_of_order_are_applied_in_order(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=9), in_process_shop.buyer()
    first, second = in_process_shop.buy_and_write(item, token, 4), in_process_shop.buy_and_write(item, token, 2)
    late: list[CreditNote] = []

    def delay(_stock: StockCacheManager, _tenant: int, _item: int, credit: CreditNote) -> CreditOutcome:
        late.append(credit)
        return CreditOutcome.APPLIED

    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", delay)
        in_process_shop.cancel(first, token)
    in_process_shop.cancel(second, token)
    assert (in_process_shop.gate(item)["avail"], in_process_shop.gate(item)["hwm"]) == ("3", "0")

    assert in_process_shop.stock.apply(DEFAULT_TENANT, item, late[0]) == CreditOutcome.APPLIED
    assert in_process_shop.gate(item)["avail"] == "7"
    assert in_process_shop.stock.apply(DEFAULT_TENANT, item, late[0]) == CreditOutcome.ALREADY_APPLIED

    assert in_process_shop.reconcile() == []
    assert_right(in_process_shop, item, left=9)


def test_a_credit_lost_with_its_process_is_applied_by_the_next_sync(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=9, max_per_user=4), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, token, 4)
    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", lambda *_: CreditOutcome.APPLIED)
        data_of(in_process_shop.cancel(order, token), 200)

    assert in_process_shop.reconcile() == []

    assert_right(in_process_shop, item, left=9)
    in_process_shop.buy_and_write(item, token, 4)
    assert in_process_shop.gate(item)["epoch"] == "1"


def test_an_order_of_a_deleted_item_can_be_cancelled(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, token)
    in_process_shop.send("DELETE", f"/items/{item}", in_process_shop.admin())
    in_process_shop.load(item)

    data_of(in_process_shop.cancel(order, token), 200)

    assert in_process_shop.gate(item)["avail"] == "3"


def test_a_credit_waits_for_a_late_earlier_credit(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=9), in_process_shop.buyer()
    first, second = in_process_shop.buy_and_write(item, token, 4), in_process_shop.buy_and_write(item, token, 2)
    late: list[tuple[Any, ...]] = []
    outcomes: list[CreditOutcome] = []
    really = StockCacheManager.apply

    def apply_late(*arguments: Any) -> CreditOutcome:
        late.append(arguments)
        return CreditOutcome.APPLIED

    def apply_before_the_late_one(*arguments: Any) -> CreditOutcome:
        outcomes.append(really(*arguments))
        if late:
            really(*late.pop())
        return outcomes[-1]

    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", apply_late)
        in_process_shop.cancel(first, token)
        patch.setattr(StockCacheManager, "apply", apply_before_the_late_one)
        in_process_shop.cancel(second, token)

    assert outcomes == [CreditOutcome.OUT_OF_ORDER, CreditOutcome.APPLIED]
    assert in_process_shop.queued_arguments(JobName.SYNC_STOCK) == []
    assert_right(in_process_shop, item, left=9)


def test_a_credit_after_a_lost_one_requests_a_sync_of_both(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=9), in_process_shop.buyer()
    first, second = in_process_shop.buy_and_write(item, token, 4), in_process_shop.buy_and_write(item, token, 2)
    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", lambda *_: CreditOutcome.APPLIED)
        in_process_shop.cancel(first, token)
    in_process_shop.cancel(second, token)

    (arguments,) = in_process_shop.queued_arguments(JobName.SYNC_STOCK)
    assert in_process_shop.container.get(SyncStockJob).run(**arguments) == []

    assert_right(in_process_shop, item, left=9)
