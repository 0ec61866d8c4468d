"""Killed processes and servers: reservations are kept exactly once."""

from collections.abc import Callable

import pytest

from tests.purchase.conftest import RunningService
from tests.purchase.support.buyer_load import BuyerLoad

PIECES, KILLS, ORDERS_BETWEEN_KILLS = 100_000, 3, 50
Kill = Callable[[RunningService], None]


def kill_worker(service: RunningService) -> None:
    service.shop.service.kill("worker")
    service.shop.service.start("worker")


def kill_web(service: RunningService) -> None:
    service.shop.service.kill("web")
    service.shop.service.start("web")


def kill_valkey(service: RunningService) -> None:
    service.valkey.kill()
    service.valkey.start()


def kill_mariadb(service: RunningService) -> None:
    service.mariadb.kill()
    service.mariadb.start()


VICTIMS: dict[str, Kill] = {
    "worker": kill_worker,
    "web": kill_web,
    "valkey": kill_valkey,
    "mariadb": kill_mariadb,
}


@pytest.mark.parametrize("kill", VICTIMS.values(), ids=VICTIMS)
def test_a_kill_during_many_purchases_loses_and_duplicates_nothing(running_service: RunningService, kill: Kill) -> None:
    items = [running_service.shop.offer(stock=PIECES) for _ in range(3)]
    load = BuyerLoad(running_service.shop, items)

    with load.running():
        for _ in range(KILLS):
            load.wait_for_orders(ORDERS_BETWEEN_KILLS)
            kill(running_service)

    assert load.abandoned == []
    assert_kept(running_service, load)


def assert_kept(service: RunningService, load: BuyerLoad) -> None:
    orders = list(load.order_ids.values())
    assert len(orders) == len(set(orders)) > 100
    for item in load.items:
        service.shop.wait_until_quiet(item)
    assert sum(service.shop.written(item) for item in load.items) == len(orders)
    assert sum(service.shop.item(item)["stock"] for item in load.items) == PIECES * len(load.items) - len(orders)
    service.shop.verify(orders)
