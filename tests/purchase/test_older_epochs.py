"""Older promises, loads that meet, and numbers that are given twice: nothing that was promised gets lost."""

from typing import Any

import pytest

from shop.cache_managers.stock import StockCacheManager
from shop.core.database.model import DEFAULT_TENANT
from shop.core.errors import TryAgain
from shop.core.redis.stores import RedisError
from shop.jobs.invariant import VerifyAuditJob
from shop.jobs.stock import LoadStockJob
from shop.services.sale_gate import GateService
from tests.purchase.conftest import Sale
from tests.purchase.support.in_process_shop import Indoors
from tests.purchase.test_dead_letters import buy_impossibly
from tests.purchase.test_drains import begin_epoch_without_draining, status


def broken(shop: Indoors) -> set[int]:
    """The invariants that do not hold."""
    return {verdict.number for verdict in shop.container.get(VerifyAuditJob).look(()) if verdict.problems}


def settle(shop: Indoors, item: int) -> None:
    """All that a worker does in minutes."""
    for _ in range(2):
        shop.drain(item)
        shop.load(item)
        shop.sync()
        shop.drain(item)


def test_a_promise_is_not_taken_by_an_adjustment_while_a_load_counts_older_ones(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    begin_epoch_without_draining(indoors, item)
    order = indoors.buy(item, token, 10)
    # an older promise (as after a Redis found wrong), then a load that has opened and not yet counted
    gates, load = indoors.container.get(GateService), indoors.container.get(LoadStockJob)
    claim = gates.close(DEFAULT_TENANT, item)
    opening = indoors.within(lambda: gates.begin_epoch(item))
    assert opening
    assert gates.open(DEFAULT_TENANT, item, claim, opening)

    answer = indoors.adjust(item, indoors.admin_token, delta=-4)
    load.write_out(DEFAULT_TENANT, item)
    gates.let_in(DEFAULT_TENANT, item, claim, opening)
    settle(indoors, item)

    assert (answer.status_code, status(indoors, order, token)) == (503, "confirmed")


def test_a_promise_whose_counting_failed_keeps_the_gate_closed(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    order = indoors.buy(item, token, 10)
    begin_epoch_without_draining(indoors, item)
    gate = GateService(**vars(indoors.gates))
    gate.close(DEFAULT_TENANT, item)
    really, calls = StockCacheManager.readmit, []

    def time_out_once(*words: Any) -> Any:
        calls.append(words)
        if len(calls) == 2:  # the first is answered CLOSED; the second is the one that counts
            raise RedisError("timed out")
        return really(*words)

    monkeypatch.setattr(StockCacheManager, "readmit", time_out_once)
    with pytest.raises(TryAgain):
        indoors.load(item)
    answer = indoors.ask(item, indoors.buyer(), 10)
    settle(indoors, item)

    assert (answer.status_code, status(indoors, order, token)) != (202, "rejected")


def test_loads_that_overtake_each_other_leave_one_epoch(indoors: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    item = indoors.offer(stock=10)
    indoors.gates.close(DEFAULT_TENANT, item)
    begin = LoadStockJob.begin_epoch

    def overtaken(job: LoadStockJob, *words: Any) -> Any:
        monkeypatch.setattr(LoadStockJob, "begin_epoch", begin)
        assert job.load(DEFAULT_TENANT, item)
        return begin(job, *words)

    monkeypatch.setattr(LoadStockJob, "begin_epoch", overtaken)
    indoors.load(item)

    ((epoch,),) = indoors.rows("SELECT epoch FROM items WHERE id = %s", item)
    assert (indoors.gate(item)["state"], indoors.gate(item)["epoch"], broken(indoors)) == ("open", str(epoch), set())


def test_an_older_count_leaves_no_gap_when_it_is_repaired(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, item = sale.shop, sale.item
    shop.edit(item, seq=int(shop.gate(item)["seq"]) - 2)
    # numbers 1 and 2 again (behind) and 3, then 4: the drain meets them in two pages, as in a rush
    orders = [shop.buy(item, sale.token) for _ in range(4)]
    entries = StockCacheManager.entries
    monkeypatch.setattr(
        StockCacheManager,
        "entries",
        lambda self, number, after=None, most=500: entries(self, number, after, min(most, 3)),
    )
    shop.drain(item)
    monkeypatch.undo()
    monkeypatch.setattr("shop.jobs.stock.SECOND_LOOK_SECONDS", 0.05)
    settle(shop, item)

    assert [status(shop, order, sale.token) for order in orders] == ["confirmed"] * 4
    assert broken(shop) == set()


def test_the_number_of_an_order_is_not_declared_void(indoors: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.jobs.stock.SECOND_LOOK_SECONDS", 0.05)
    item, token = indoors.offer(stock=10), indoors.buyer()
    before = indoors.gate(item)
    indoors.own(item, token)
    again = indoors.buy(item, token, key="k")
    indoors.drain(item)
    # Redis comes back as it was before both
    indoors.edit(item, **before)
    indoors.redis.delete(indoors.key(item, f"receipt:{again}"))

    assert indoors.buy(item, token, key="k") == again
    settle(indoors, item)

    assert broken(indoors) == set()


def test_a_number_that_is_void_is_not_given_to_an_order(indoors: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.jobs.stock.SECOND_LOOK_SECONDS", 0.05)
    item, token = indoors.offer(stock=10), indoors.buyer()
    before = indoors.gate(item)
    buy_impossibly(indoors, item, token)
    indoors.drain(item)
    indoors.redis.delete(indoors.key(item, "dead"))
    for key in indoors.redis.scan_iter("*receipt*"):
        indoors.redis.delete(key)
    indoors.edit(item, **before)

    indoors.own(item, token)
    settle(indoors, item)

    assert broken(indoors) == set()
