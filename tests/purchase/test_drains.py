"""A drain is killed, comes twice or comes late; and Redis is wrong."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.invariant import VerifyAuditJob
from shop.jobs.stock import LoadStockJob
from shop.services.sale_gate import GateService
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import Indoors
from tests.support.servers.valkey import Valkey


class Killed(BaseException):
    """Stands for SIGKILL: nobody catches it, nothing that would come later happens."""


@contextmanager
def killed_at(moment: str, indoors: Indoors) -> Iterator[None]:
    """Whoever writes dies at that moment of the transaction."""

    def die(_session: object) -> None:
        raise Killed

    event.listen(indoors.database.session_maker, moment, die)
    with pytest.raises(Killed):
        yield
    event.remove(indoors.database.session_maker, moment, die)


def assert_right(indoors: Indoors, item: int, *, left: int, broken: Collection[int] = ()) -> None:
    """All invariants hold but those that the test broke itself."""
    gate = indoors.stock.state(DEFAULT_TENANT, item)
    assert (gate["avail"], gate["pend"]) == (str(left), "0")
    wrong = [verdict for verdict in indoors.container.get(VerifyAuditJob).look(()) if verdict.problems]
    assert {verdict.number for verdict in wrong} == set(broken), wrong


def status(indoors: Indoors, order: str, token: str) -> str:
    answer = indoors.http.get(f"{API}/orders/{order}", headers={"Authorization": f"Bearer {token}"})
    return str(answer.get_json()["data"]["status"])


def begin_epoch_without_draining(indoors: Indoors, item: int) -> None:
    """What a load does, but for the drain before it; so it looks after a restored Redis."""
    stock = indoors.container.get(GateService)
    token = stock.close(DEFAULT_TENANT, item)
    opening = indoors.within(lambda: stock.begin_epoch(item))
    assert opening
    assert stock.open(DEFAULT_TENANT, item, token, opening)
    assert stock.let_in(DEFAULT_TENANT, item, token, opening)


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_the_next_drain_finishes_what_a_killed_one_began(indoors: Indoors, moment: str) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    order = indoors.buy(item, token, 2)
    with killed_at(moment, indoors):
        indoors.drain(item)
    assert status(indoors, order, token) == ("pending" if moment == "before_commit" else "confirmed")

    indoors.drain(item)

    assert status(indoors, order, token) == "confirmed"
    assert_right(indoors, item, left=8)


def test_finalizing_again_gives_nothing_back(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    indoors.buy(item, token, 2)
    number = indoors.stock.partition(DEFAULT_TENANT, item)
    read_early = indoors.stock.entries(number).entries
    indoors.drain(item)

    assert indoors.stock.finalize(number, read_early, {entry.entry_id for entry in read_early}) == 0

    assert_right(indoors, item, left=8)


def test_what_was_written_in_an_older_epoch_does_not_touch_the_counters_of_this_one(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    order = indoors.buy(item, token, 2)
    with killed_at("after_commit", indoors):
        indoors.drain(item)
    begin_epoch_without_draining(indoors, item)

    indoors.drain(item)

    assert status(indoors, order, token) == "confirmed"
    assert_right(indoors, item, left=8)


def test_a_load_leaves_an_open_sale_alone(indoors: Indoors) -> None:
    item = indoors.offer(stock=10)
    before = indoors.stock.state(DEFAULT_TENANT, item)

    assert not indoors.container.get(LoadStockJob).run(DEFAULT_TENANT, item)

    assert indoors.stock.state(DEFAULT_TENANT, item) == before


def test_a_load_does_not_wait_for_the_neighbours_to_stop_selling(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    number, neighbour = indoors.stock.partition(DEFAULT_TENANT, item), indoors.offer(stock=100)
    while indoors.stock.partition(DEFAULT_TENANT, neighbour) != number:
        neighbour = indoors.offer(stock=100)
    looks: list[str] = []
    write = LoadStockJob.write

    def write_while_selling(self: LoadStockJob, *place: Any) -> tuple[int, str | None]:
        assert len(looks) < 5, "the load drains as long as the neighbour sells"
        looks.append(indoors.buy(neighbour, token))
        return write(self, *place)

    indoors.container.get(GateService).close(DEFAULT_TENANT, item)
    monkeypatch.setattr(LoadStockJob, "write", write_while_selling)
    assert indoors.container.get(LoadStockJob).run(DEFAULT_TENANT, item)


def test_an_order_of_an_older_epoch_is_counted_anew(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    order = indoors.buy(item, token, 2)
    begin_epoch_without_draining(indoors, item)

    indoors.drain(item)
    indoors.drain(item)

    assert status(indoors, order, token) == "confirmed"
    assert_right(indoors, item, left=8)


def test_an_order_of_an_older_epoch_is_rejected_when_too_little_is_left(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    late = indoors.buy(item, token, 2)
    begin_epoch_without_draining(indoors, item)
    early = indoors.buy(item, token, 9)

    indoors.drain(item)

    assert [status(indoors, order, token) for order in (early, late)] == ["confirmed", "rejected"]
    assert_right(indoors, item, left=1, broken={12})


def test_what_redis_sold_beyond_the_stock_is_refused_in_the_end(indoors: Indoors, valkey: Valkey) -> None:
    item, token = indoors.offer(stock=3), indoors.buyer()
    sold = indoors.buy(item, token, 3)
    indoors.drain(item)
    number = indoors.stock.partition(DEFAULT_TENANT, item)
    valkey.client().hset(f"{{p{number:02d}}}:item:{DEFAULT_TENANT}:{item}", "avail", "1")
    oversold = indoors.buy(item, token)

    indoors.drain(item)
    assert indoors.stock.state(DEFAULT_TENANT, item)["state"] == "closed"
    assert indoors.container.get(LoadStockJob).run(DEFAULT_TENANT, item)
    indoors.drain(item)

    assert [status(indoors, order, token) for order in (sold, oversold)] == ["confirmed", "rejected"]
    assert_right(indoors, item, left=0, broken={12})
