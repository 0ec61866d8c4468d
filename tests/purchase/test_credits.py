"""A credit reaches the sale once and in order, whatever happens to whoever brings it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Timer
from typing import Any

import pytest

from shop.cache_managers.stock import CreditNote, StockCacheManager
from shop.constants.job import JobName
from shop.constants.stock import Credit
from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.stock import SyncStockJob
from shop.services.sale_gate import GateService
from tests.purchase.support.in_process_shop import Indoors, data_of
from tests.purchase.test_drains import assert_right


def test_what_is_given_back_while_the_gate_is_closed_is_there_when_it_opens(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=3), indoors.buyer()
    order = indoors.own(item, token, 2)
    indoors.container.get(GateService).close(DEFAULT_TENANT, item)

    data_of(indoors.cancel(order, token), 200)

    assert indoors.gate(item)["avail"] == "1"
    assert indoors.load(item)
    assert_right(indoors, item, left=3)


def test_what_is_given_back_between_the_last_look_of_a_load_and_its_opening_is_delivered(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = indoors.offer(stock=3), indoors.buyer()
    order, really = indoors.own(item, token, 2), GateService.open
    indoors.container.get(GateService).close(DEFAULT_TENANT, item)

    def open_late(gates: GateService, *words: Any) -> bool:
        with ThreadPoolExecutor(1) as pool:
            data_of(pool.submit(indoors.cancel, order, token).result(), 200)
        return really(gates, *words)

    monkeypatch.setattr(GateService, "open", open_late)
    assert indoors.load(item)

    assert_right(indoors, item, left=3)


def test_credits_that_come_in_the_wrong_order_are_applied_in_the_right_one(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = indoors.offer(stock=9), indoors.buyer()
    first, second = indoors.own(item, token, 4), indoors.own(item, token, 2)
    late: list[CreditNote] = []

    def delay(_stock: StockCacheManager, _tenant: int, _item: int, credit: CreditNote) -> Credit:
        late.append(credit)
        return Credit.APPLIED

    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", delay)
        indoors.cancel(first, token)
    indoors.cancel(second, token)
    assert (indoors.gate(item)["avail"], indoors.gate(item)["hwm"]) == ("3", "0")

    assert indoors.stock.apply(DEFAULT_TENANT, item, late[0]) == Credit.APPLIED
    assert indoors.gate(item)["avail"] == "7"
    assert indoors.stock.apply(DEFAULT_TENANT, item, late[0]) == Credit.OLD

    assert indoors.sync() == []
    assert_right(indoors, item, left=9)


def test_a_credit_that_was_lost_with_its_process_is_delivered_by_the_next_sync(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = indoors.offer(stock=9, max_per_user=4), indoors.buyer()
    order = indoors.own(item, token, 4)
    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", lambda *_: Credit.APPLIED)
        data_of(indoors.cancel(order, token), 200)

    assert indoors.sync() == []

    assert_right(indoors, item, left=9)
    indoors.own(item, token, 4)
    assert indoors.gate(item)["epoch"] == "1"


def test_an_order_of_a_deleted_item_can_be_cancelled(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=3), indoors.buyer()
    order = indoors.own(item, token)
    indoors.send("DELETE", f"/items/{item}", indoors.admin())
    indoors.load(item)

    data_of(indoors.cancel(order, token), 200)

    assert indoors.gate(item)["avail"] == "3"


def test_a_credit_waits_for_the_one_that_is_a_moment_behind(indoors: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    item, token = indoors.offer(stock=9), indoors.buyer()
    first, second = indoors.own(item, token, 4), indoors.own(item, token, 2)
    timers: list[Timer] = []
    really = StockCacheManager.apply

    def dawdle(*words: Any) -> Credit:
        timers.append(Timer(0.02, really, words))
        return Credit.APPLIED

    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", dawdle)
        indoors.cancel(first, token)
    timers[0].start()
    indoors.cancel(second, token)
    timers[0].join()

    assert indoors.asked(JobName.SYNC_STOCK) == []
    assert_right(indoors, item, left=9)


def test_a_credit_whose_forerunner_was_lost_asks_for_both(indoors: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    item, token = indoors.offer(stock=9), indoors.buyer()
    first, second = indoors.own(item, token, 4), indoors.own(item, token, 2)
    with monkeypatch.context() as patch:
        patch.setattr(StockCacheManager, "apply", lambda *_: Credit.APPLIED)
        indoors.cancel(first, token)
    indoors.cancel(second, token)

    (asked,) = indoors.asked(JobName.SYNC_STOCK)
    assert indoors.container.get(SyncStockJob).run(**asked) == []

    assert_right(indoors, item, left=9)
