"""Many buyers at once."""

from collections import Counter

import pytest

from tests.http.support.envelope import data_of
from tests.purchase.conftest import Town

INSUFFICIENT = 409301


def test_three_hundred_buyers_of_three_hundred_pieces_are_all_served(town: Town) -> None:
    item = town.shop.offer(stock=300)

    answers = town.shop.buy_at_once(item, town.shop.buyers(300))

    assert Counter(answer.json["code"] for answer in answers) == {202: 300}
    assert town.shop.item(item)["stock"] == 0
    town.shop.wait_until_written(item, 300)


def test_five_hundred_requests_after_a_hundred_pieces_sell_a_hundred(town: Town) -> None:
    item = town.shop.offer(stock=100)

    answers = town.shop.buy_at_once(item, town.shop.buyers(500))

    assert Counter(answer.json["code"] for answer in answers) == {202: 100, INSUFFICIENT: 400}
    promised = [answer.json["data"]["id"] for answer in answers if answer.status == 202]
    town.shop.wait_until_written(item, 100)
    assert town.shop.ask("SELECT stock FROM items WHERE id = %s", item) == 0
    town.shop.verify(promised)


def test_a_crowd_of_one_buyer_stays_within_its_limit(town: Town) -> None:
    item = town.shop.offer(stock=100, max_per_user=5)

    answers = town.shop.buy_at_once(item, town.shop.buyers(1) * 40)

    assert Counter(answer.status for answer in answers) == {202: 5, 409: 35}
    town.shop.wait_until_written(item, 5)


@pytest.mark.parametrize("drains", [1, 20])
def test_two_workers_at_one_outbox_write_every_order_once(town: Town, drains: int) -> None:
    item, buyers = town.shop.offer(stock=1000), town.shop.buyers(300)
    town.shop.service.start("worker.2")
    try:
        answers = town.shop.buy_at_once(item, buyers[:150])
        town.shop.ask_to_drain(item, times=drains)
        answers += town.shop.buy_at_once(item, buyers[150:])
        town.shop.wait_until_written(item, 300)
    finally:
        town.shop.service.terminate("worker.2")

    promised = [data_of(answer, 202)["id"] for answer in answers]
    assert town.shop.gate(item)["avail"] == "700"
    town.shop.verify(promised)
