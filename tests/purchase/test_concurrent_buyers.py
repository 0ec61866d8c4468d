"""Sales to many concurrent buyers: no oversell, limits hold, each order is written once."""

from collections import Counter

import pytest

from tests.http.support.envelope import data_of
from tests.purchase.conftest import RunningService

INSUFFICIENT = 409301


def test_three_hundred_buyers_of_three_hundred_pieces_are_all_served(running_service: RunningService) -> None:
    item = running_service.shop.offer(stock=300)

    answers = running_service.shop.buy_at_once(item, running_service.shop.buyers(300))

    assert Counter(answer.json["code"] for answer in answers) == {202: 300}
    assert running_service.shop.item(item)["stock"] == 0
    running_service.shop.wait_until_written(item, 300)


def test_five_hundred_requests_for_a_hundred_pieces_sell_a_hundred(running_service: RunningService) -> None:
    item = running_service.shop.offer(stock=100)

    answers = running_service.shop.buy_at_once(item, running_service.shop.buyers(500))

    assert Counter(answer.json["code"] for answer in answers) == {202: 100, INSUFFICIENT: 400}
    promised = [answer.json["data"]["id"] for answer in answers if answer.status == 202]
    running_service.shop.wait_until_written(item, 100)
    assert running_service.shop.query_value("SELECT stock FROM items WHERE id = %s", item) == 0
    running_service.shop.verify(promised)


def test_concurrent_requests_of_one_buyer_stay_within_the_limit(running_service: RunningService) -> None:
    item = running_service.shop.offer(stock=100, max_per_user=5)

    answers = running_service.shop.buy_at_once(item, running_service.shop.buyers(1) * 40)

    assert Counter(answer.status for answer in answers) == {202: 5, 409: 35}
    running_service.shop.wait_until_written(item, 5)


@pytest.mark.parametrize("drains", [1, 20])
def test_two_workers_of_one_outbox_write_every_order_once(running_service: RunningService, drains: int) -> None:
    item, buyers = running_service.shop.offer(stock=1000), running_service.shop.buyers(300)
    running_service.shop.service.start("worker.2")
    try:
        answers = running_service.shop.buy_at_once(item, buyers[:150])
        running_service.shop.ask_to_drain(item, times=drains)
        answers += running_service.shop.buy_at_once(item, buyers[150:])
        running_service.shop.wait_until_written(item, 300)
    finally:
        running_service.shop.service.terminate("worker.2")

    promised = [data_of(answer, 202)["id"] for answer in answers]
    assert running_service.shop.gate(item)["avail"] == "700"
    running_service.shop.verify(promised)
