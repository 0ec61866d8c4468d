"""Killed, repeated and late drains, and a wrong Redis."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.invariant import VerifyInvariantsJob
from shop.jobs.stock import LoadStockJob
from shop.services.sale_gate import SaleGateService
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.servers.valkey import Valkey


class SimulatedCrash(BaseException):
    """Simulated SIGKILL: not caught, so no later code runs."""


@contextmanager
def killed_at(moment: str, app_shop: InProcessShop) -> Iterator[None]:
    """Crash the writer at that event of the transaction."""

    def die(_session: object) -> None:
        raise SimulatedCrash

    event.listen(app_shop.database.session_maker, moment, die)
    with pytest.raises(SimulatedCrash):
        yield
    event.remove(app_shop.database.session_maker, moment, die)


def assert_right(app_shop: InProcessShop, item: int, *, left: int, broken: Collection[int] = ()) -> None:
    """Assert all invariants except those in `broken`, and the available pieces."""
    gate = app_shop.stock.state(DEFAULT_TENANT, item)
    assert (gate["avail"], gate["pend"]) == (str(left), "0")
    wrong = [verdict for verdict in app_shop.container.get(VerifyInvariantsJob).check(()) if verdict.problems]
    assert {verdict.number for verdict in wrong} == set(broken), wrong


def status(app_shop: InProcessShop, order: str, token: str) -> str:
    answer = app_shop.http.get(f"{API}/orders/{order}", headers={"Authorization": f"Bearer {token}"})
    return str(answer.get_json()["data"]["status"])


def begin_epoch_without_draining(app_shop: InProcessShop, item: int) -> None:
    """Run a load without its first drain, as after a restored Redis."""
    stock = app_shop.container.get(SaleGateService)
    token = stock.claim(DEFAULT_TENANT, item)
    opening = app_shop.run_in_tenant(lambda: stock.begin_epoch(item))
    assert opening
    assert stock.open(DEFAULT_TENANT, item, token, opening)
    assert stock.open_to_buyers(DEFAULT_TENANT, item, token, opening)


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_the_next_drain_finishes_the_work_of_a_killed_one(in_process_shop: InProcessShop, moment: str) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = in_process_shop.buy(item, token, 2)
    with killed_at(moment, in_process_shop):
        in_process_shop.drain(item)
    assert status(in_process_shop, order, token) == ("pending" if moment == "before_commit" else "confirmed")

    in_process_shop.drain(item)

    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=8)


def test_finalizing_twice_releases_no_pieces(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    in_process_shop.buy(item, token, 2)
    number = in_process_shop.stock.partition(DEFAULT_TENANT, item)
    read_early = in_process_shop.stock.entries(number).entries
    in_process_shop.drain(item)

    assert in_process_shop.stock.finalize(number, read_early, {entry.entry_id for entry in read_early}) == 0

    assert_right(in_process_shop, item, left=8)


def test_finalizing_an_older_epoch_does_not_change_the_counters_of_this_one(
    in_process_shop: InProcessShop,
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = in_process_shop.buy(item, token, 2)
    with killed_at("after_commit", in_process_shop):
        in_process_shop.drain(item)
    begin_epoch_without_draining(in_process_shop, item)

    in_process_shop.drain(item)

    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=8)


def test_a_load_does_not_change_an_open_gate(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=10)
    before = in_process_shop.stock.state(DEFAULT_TENANT, item)

    assert not in_process_shop.container.get(LoadStockJob).run(DEFAULT_TENANT, item)

    assert in_process_shop.stock.state(DEFAULT_TENANT, item) == before


def test_a_load_does_not_wait_for_other_items_of_the_partition(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    number, neighbour = in_process_shop.stock.partition(DEFAULT_TENANT, item), in_process_shop.offer(stock=100)
    while in_process_shop.stock.partition(DEFAULT_TENANT, neighbour) != number:
        neighbour = in_process_shop.offer(stock=100)
    looks: list[str] = []
    write = LoadStockJob.write

    def write_while_selling(self: LoadStockJob, *place: Any) -> tuple[int, str | None]:
        assert len(looks) < 5, "the load drains as long as the neighbour sells"
        looks.append(in_process_shop.buy(neighbour, token))
        return write(self, *place)

    in_process_shop.container.get(SaleGateService).claim(DEFAULT_TENANT, item)
    monkeypatch.setattr(LoadStockJob, "write", write_while_selling)
    assert in_process_shop.container.get(LoadStockJob).run(DEFAULT_TENANT, item)


def test_an_order_of_an_older_epoch_is_readmitted(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = in_process_shop.buy(item, token, 2)
    begin_epoch_without_draining(in_process_shop, item)

    in_process_shop.drain(item)
    in_process_shop.drain(item)

    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=8)


def test_an_order_of_an_older_epoch_is_rejected_with_too_few_pieces(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    late = in_process_shop.buy(item, token, 2)
    begin_epoch_without_draining(in_process_shop, item)
    early = in_process_shop.buy(item, token, 9)

    in_process_shop.drain(item)

    assert [status(in_process_shop, order, token) for order in (early, late)] == ["confirmed", "rejected"]
    assert_right(in_process_shop, item, left=1, broken={12})


def test_orders_that_redis_sold_beyond_the_stock_are_rejected(in_process_shop: InProcessShop, valkey: Valkey) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    sold = in_process_shop.buy(item, token, 3)
    in_process_shop.drain(item)
    number = in_process_shop.stock.partition(DEFAULT_TENANT, item)
    valkey.client().hset(f"{{p{number:02d}}}:item:{DEFAULT_TENANT}:{item}", "avail", "1")
    oversold = in_process_shop.buy(item, token)

    in_process_shop.drain(item)
    assert in_process_shop.stock.state(DEFAULT_TENANT, item)["state"] == "closed"
    assert in_process_shop.container.get(LoadStockJob).run(DEFAULT_TENANT, item)
    in_process_shop.drain(item)

    assert [status(in_process_shop, order, token) for order in (sold, oversold)] == ["confirmed", "rejected"]
    assert_right(in_process_shop, item, left=0, broken={12})
