"""Outages longer than the retries of a job: nothing is lost."""

import time

from tests.http.support.envelope import data_of
from tests.purchase.conftest import RunningService
from tests.support.polling import eventually

OUTAGE_SECONDS = 5.0


def test_an_outage_of_the_database_leaves_no_dead_letter(running_service: RunningService) -> None:
    shop, token = running_service.shop, running_service.shop.buyer()
    item = shop.offer(stock=10)
    data_of(shop.buy(item, token, Prefer="wait=5"), 201)
    running_service.mariadb.stop()
    try:
        promised = [data_of(shop.buy(item, token), 202)["id"] for _ in range(3)]
        time.sleep(OUTAGE_SECONDS)
    finally:
        running_service.mariadb.start()

    shop.wait_until_written(item, 4, timeout=30.0)

    eventually(lambda: data_of(shop.order(promised[-1], token), 200)["status"] == "confirmed", 10)
    # Jobs of workers that other tests killed may be listed.
    assert "OperationalError" not in shop.service.run_cli("dead-letters").stdout
    shop.verify(promised)
