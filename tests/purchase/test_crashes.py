"""Killed in the middle of it: what was promised is kept, once."""

import time
from collections.abc import Callable

import pytest

from tests.purchase.conftest import RunningService
from tests.purchase.support.buyer_load import BuyerLoad

PIECES, KILLS = 100_000, 3
Kill = Callable[[RunningService], None]


def kill_worker(town: RunningService) -> None:
    town.shop.service.kill("worker")
    town.shop.service.start("worker")


def kill_web(town: RunningService) -> None:
    town.shop.service.kill("web")
    town.shop.service.start("web")


def kill_valkey(town: RunningService) -> None:
    town.valkey.kill()
    town.valkey.start()


def kill_mariadb(town: RunningService) -> None:
    town.mariadb.kill()
    town.mariadb.start()


VICTIMS: dict[str, Kill] = {
    "worker": kill_worker,
    "web": kill_web,
    "valkey": kill_valkey,
    "mariadb": kill_mariadb,
}


@pytest.mark.parametrize("kill", VICTIMS.values(), ids=VICTIMS)
def test_a_kill_in_the_middle_of_many_purchases_loses_and_doubles_nothing(
    running_service: RunningService, kill: Kill
) -> None:
    items = [running_service.shop.offer(stock=PIECES) for _ in range(3)]
    storm = BuyerLoad(running_service.shop, items)

    with storm.running():
        for _ in range(KILLS):
            time.sleep(0.3)
            kill(running_service)

    assert storm.abandoned == []
    assert_kept(running_service, storm)


def assert_kept(town: RunningService, storm: BuyerLoad) -> None:
    orders = list(storm.order_ids.values())
    assert len(orders) == len(set(orders)) > 100
    for item in storm.items:
        town.shop.wait_until_quiet(item)
    assert sum(town.shop.written(item) for item in storm.items) == len(orders)
    assert sum(town.shop.item(item)["stock"] for item in storm.items) == PIECES * len(storm.items) - len(orders)
    town.shop.verify(orders)
