"""Late drains, and a Redis restored from an older snapshot."""

from collections.abc import Collection
from threading import Thread
from typing import Any, NoReturn
from uuid import UUID

import pytest

from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.constants.stock import ReserveOutcome
from shop.core.crypto.tokens import Tokens
from shop.core.database.model import DEFAULT_TENANT
from shop.core.redis.stores import RedisConnectionError, RedisError
from shop.jobs.stock import DrainStockJob, LoadStockJob
from shop.repositories.item import ItemRepository
from shop.services.order import OrderService
from shop.supports.reservation import Purchase
from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_drains import assert_right, begin_epoch_without_draining, status
from tests.support.servers.valkey import Valkey


def test_a_late_drain_does_not_reject_orders_of_another_drain(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=1), in_process_shop.buyer()
    order, lock = in_process_shop.buy(item, token), ItemRepository.lock_epochs
    number = in_process_shop.stock.partition(DEFAULT_TENANT, item)

    def others() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(StockCacheManager, "finalize", lambda *_: None)  # its answer never came
            in_process_shop.container.get(DrainStockJob).write(number, None)
        begin_epoch_without_draining(in_process_shop, item)

    def lock_late(items: ItemRepository, item_ids: Collection[int]) -> dict[int, int]:
        monkeypatch.setattr(ItemRepository, "lock_epochs", lock)
        other = Thread(target=others)
        other.start()
        other.join()
        return lock(items, item_ids)

    monkeypatch.setattr(ItemRepository, "lock_epochs", lock_late)
    in_process_shop.drain(item)

    receipt = in_process_shop.stock.find_reservation(DEFAULT_TENANT, item, UUID(order))
    assert receipt is not None
    assert (receipt.state, status(in_process_shop, order, token)) == ("C", "confirmed")
    assert_right(in_process_shop, item, left=0)


def test_a_redis_restored_with_an_older_count_is_reloaded(in_process_shop: InProcessShop, valkey: Valkey) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    before = in_process_shop.stock.state(DEFAULT_TENANT, item)
    in_process_shop.buy(item, token)
    in_process_shop.drain(item)
    number = in_process_shop.stock.partition(DEFAULT_TENANT, item)
    valkey.client().hset(f"{{p{number:02d}}}:item:{DEFAULT_TENANT}:{item}", mapping=dict(before))
    order = in_process_shop.buy(item, token)

    in_process_shop.drain(item)
    gate = in_process_shop.gate(item)
    # Receipts were lost as well.
    assert (gate["state"], "forgot" in gate, "forgot" in before) == ("closed", True, False)
    assert in_process_shop.container.get(LoadStockJob).run(DEFAULT_TENANT, item)
    in_process_shop.drain(item)
    in_process_shop.drain(item)

    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=8)


def test_a_redis_restored_with_an_older_epoch_is_reloaded(in_process_shop: InProcessShop, valkey: Valkey) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    before = in_process_shop.stock.state(DEFAULT_TENANT, item)
    begin_epoch_without_draining(in_process_shop, item)
    number = in_process_shop.stock.partition(DEFAULT_TENANT, item)
    valkey.client().hset(f"{{p{number:02d}}}:item:{DEFAULT_TENANT}:{item}", mapping=dict(before))
    order = in_process_shop.buy(item, token, 2)

    in_process_shop.drain(item)
    assert in_process_shop.stock.state(DEFAULT_TENANT, item)["state"] == "closed"
    assert in_process_shop.container.get(LoadStockJob).run(DEFAULT_TENANT, item)
    in_process_shop.drain(item)
    in_process_shop.drain(item)

    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=8)


def test_a_purchase_is_accepted_when_its_order_cannot_be_read(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_silent(*_: object) -> NoReturn:
        raise RedisError("no answer")

    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    in_process_shop.buy(item, token)
    monkeypatch.setattr(StockCacheManager, "find_reservation", fall_silent)

    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=1"}
    answer = in_process_shop.http.post(f"{API}/items/{item}/purchase", json={"quantity": 1}, headers=headers)

    assert answer.status_code == 202


def test_a_client_that_waits_gets_the_written_order(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, wait = in_process_shop.buyer(), OrderService.wait_until_written

    def wait_after_a_drain(service: OrderService, reservation: Any, seconds: float) -> Any:
        # In a thread of its own, since the request has a transaction.
        drain = Thread(target=in_process_shop.drain, args=(reservation.item_id,))
        drain.start()
        drain.join()
        return wait(service, reservation, seconds)

    monkeypatch.setattr(OrderService, "wait_until_written", wait_after_a_drain)
    # Two items, since an item may share its partition with the place that exchanged arguments name.
    for item in (in_process_shop.offer(stock=5), in_process_shop.offer(stock=7)):
        headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=1"}
        answer = in_process_shop.http.post(f"{API}/items/{item}/purchase", json={"quantity": 2}, headers=headers)

        assert (answer.status_code, answer.get_json()["data"]["status"]) == (201, "confirmed")


def test_only_an_unwritten_order_cannot_be_read_without_redis(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_silent(*_: object) -> NoReturn:
        raise RedisConnectionError("no answer")

    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    orders = in_process_shop.buy_and_write(item, token), in_process_shop.buy(item, token, 2)
    monkeypatch.setattr(StockCacheManager, "search_reservation", fall_silent)

    answers = [in_process_shop.send("GET", f"/orders/{order}", token) for order in orders]

    assert [answer.status_code for answer in answers] == [200, 503]


def test_a_late_drain_leaves_a_newer_epoch_open(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order, readmit = in_process_shop.buy(item, token, 2), StockCacheManager.readmit
    begin_epoch_without_draining(in_process_shop, item)

    def readmit_late(*arguments: Any) -> Any:
        # Between its commit and this call another load has begun an epoch.
        monkeypatch.setattr(StockCacheManager, "readmit", readmit)
        other = Thread(target=begin_epoch_without_draining, args=(in_process_shop, item))
        other.start()
        other.join()
        return readmit(*arguments)

    monkeypatch.setattr(StockCacheManager, "readmit", readmit_late)
    loads = in_process_shop.queued_arguments(JobName.LOAD_STOCK)
    in_process_shop.drain(item)

    gate = in_process_shop.gate(item)
    assert (gate["state"], gate["epoch"], in_process_shop.queued_arguments(JobName.LOAD_STOCK)) == ("open", "3", loads)
    in_process_shop.drain(item)
    in_process_shop.drain(item)
    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=8)


def test_a_purchase_reserved_twice_is_written_once_and_its_second_number_is_void(
    in_process_shop: InProcessShop,
) -> None:
    item, token = in_process_shop.offer(stock=10), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, token, 2)
    receipt = in_process_shop.stock.find_reservation(DEFAULT_TENANT, item, UUID(order))
    assert receipt is not None
    in_process_shop.redis.delete(in_process_shop.partition_key(item, f"receipt:{order}"))
    session_id = in_process_shop.container.get(Tokens).verify(token).session_id
    fields = (UUID(order), DEFAULT_TENANT, item, receipt.user_id, 2, receipt.moment)
    again = Purchase(*fields, idempotency_key=None, session_id=session_id)
    assert in_process_shop.stock.reserve(again, 100).outcome == ReserveOutcome.RESERVED

    in_process_shop.drain(item)

    assert in_process_shop.rows("SELECT ref, delta FROM stock_ledger WHERE reason = 'void'") == [(f"{item}:1:2", 0)]
    assert status(in_process_shop, order, token) == "confirmed"
    assert_right(in_process_shop, item, left=8)
