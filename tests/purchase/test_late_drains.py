"""A drain that comes late, and a Redis that came back with what it knew before."""

from collections.abc import Collection
from threading import Thread
from typing import NoReturn
from uuid import UUID

import pytest

from shop.cache_managers.stock import Purchase, StockCacheManager
from shop.constants.stock import Outcome
from shop.core.crypto.tokens import Tokens
from shop.core.database.model import DEFAULT_TENANT
from shop.core.redis.stores import RedisError
from shop.jobs.stock import DrainStockJob, LoadStockJob
from shop.repositories.item import ItemRepository
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import Indoors
from tests.purchase.test_drains import assert_right, begin_epoch_without_draining, status
from tests.support.servers.valkey import Valkey


def test_a_drain_that_comes_late_does_not_reject_what_another_one_wrote(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = indoors.offer(stock=1), indoors.buyer()
    order, lock = indoors.buy(item, token), ItemRepository.lock_epochs
    number = indoors.stock.partition(DEFAULT_TENANT, item)

    def others() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(StockCacheManager, "finalize", lambda *_: None)  # its answer never came
            indoors.container.get(DrainStockJob).write(number, None)
        begin_epoch_without_draining(indoors, item)

    def lock_late(items: ItemRepository, item_ids: Collection[int]) -> dict[int, int]:
        monkeypatch.setattr(ItemRepository, "lock_epochs", lock)
        other = Thread(target=others)
        other.start()
        other.join()
        return lock(items, item_ids)

    monkeypatch.setattr(ItemRepository, "lock_epochs", lock_late)
    indoors.drain(item)

    receipt = indoors.stock.find_reservation(DEFAULT_TENANT, item, UUID(order))
    assert receipt is not None
    assert (receipt.state, status(indoors, order, token)) == ("C", "confirmed")
    assert_right(indoors, item, left=0)


def test_a_redis_that_came_back_with_an_older_count_is_loaded_anew(indoors: Indoors, valkey: Valkey) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    before = indoors.stock.state(DEFAULT_TENANT, item)
    indoors.buy(item, token)
    indoors.drain(item)
    number = indoors.stock.partition(DEFAULT_TENANT, item)
    valkey.client().hset(f"{{p{number:02d}}}:item:{DEFAULT_TENANT}:{item}", mapping=dict(before))
    order = indoors.buy(item, token)

    indoors.drain(item)
    assert indoors.stock.state(DEFAULT_TENANT, item)["state"] == "closed"
    assert indoors.container.get(LoadStockJob).run(DEFAULT_TENANT, item)
    indoors.drain(item)
    indoors.drain(item)

    assert status(indoors, order, token) == "confirmed"
    assert_right(indoors, item, left=8)


def test_a_redis_that_came_back_with_an_older_epoch_is_loaded_anew(indoors: Indoors, valkey: Valkey) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    before = indoors.stock.state(DEFAULT_TENANT, item)
    begin_epoch_without_draining(indoors, item)
    number = indoors.stock.partition(DEFAULT_TENANT, item)
    valkey.client().hset(f"{{p{number:02d}}}:item:{DEFAULT_TENANT}:{item}", mapping=dict(before))
    order = indoors.buy(item, token, 2)

    indoors.drain(item)
    assert indoors.stock.state(DEFAULT_TENANT, item)["state"] == "closed"
    assert indoors.container.get(LoadStockJob).run(DEFAULT_TENANT, item)
    indoors.drain(item)
    indoors.drain(item)

    assert status(indoors, order, token) == "confirmed"
    assert_right(indoors, item, left=8)


def test_a_promise_is_given_even_when_nobody_can_say_whether_it_was_kept(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_silent(*_: object) -> NoReturn:
        raise RedisError("no answer")

    item, token = indoors.offer(stock=10), indoors.buyer()
    indoors.buy(item, token)
    monkeypatch.setattr(StockCacheManager, "find_reservation", fall_silent)

    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=1"}
    answer = indoors.http.post(f"{API}/items/{item}/purchase", json={"quantity": 1}, headers=headers)

    assert answer.status_code == 202


def test_a_purchase_that_was_reserved_twice_is_written_once_and_its_second_number_is_void(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=10), indoors.buyer()
    order = indoors.own(item, token, 2)
    receipt = indoors.stock.find_reservation(DEFAULT_TENANT, item, UUID(order))
    assert receipt is not None
    indoors.redis.delete(indoors.key(item, f"receipt:{order}"))
    session_id = indoors.container.get(Tokens).verify(token).session_id
    words = (UUID(order), DEFAULT_TENANT, item, receipt.user_id, 2, receipt.moment)
    again = Purchase(*words, ticket=None, session_id=session_id)
    assert indoors.stock.reserve(again, 100).outcome == Outcome.RESERVED

    indoors.drain(item)

    assert indoors.rows("SELECT ref, delta FROM stock_ledger WHERE reason = 'void'") == [(f"{item}:1:2", 0)]
    assert status(indoors, order, token) == "confirmed"
    assert_right(indoors, item, left=8)
