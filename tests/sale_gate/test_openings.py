"""Purchases while a sale is opened, edited or loaded again: buyers wait and buy."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.purchase.conftest import RunningService
from tests.support.distinct_values import price_fields
from tests.support.http import Response
from tests.support.samples import runs_all

BUYERS = 300 if runs_all() else 60
ITEM = {"name": "Ticket", "stock": BUYERS, "status": "on_sale", **price_fields()}


@pytest.fixture
def shop(running_service: RunningService) -> Shop:
    """The running shop of this test worker."""
    return running_service.shop


def send(shop: Shop, method: str, path: str, body: Any = None) -> Response:
    with shop.client() as client:
        return client.request(method, f"{API}{path}", body, token=shop.admin())


def create(shop: Shop, **fields: Any) -> int:
    return int(data_of(send(shop, "POST", "/items", {**ITEM, **fields}), 201)["id"])


def put_on_sale(shop: Shop) -> int:
    item = create(shop, status="draft")
    data_of(send(shop, "PATCH", f"/items/{item}", {"status": "on_sale"}), 200)
    return item


def restore(shop: Shop) -> int:
    item = create(shop)
    data_of(send(shop, "DELETE", f"/items/{item}"), 200)
    data_of(send(shop, "POST", f"/items/{item}/restore"), 200)
    return item


def count_codes(answers: list[Response]) -> Counter[int]:
    return Counter(answer.json["code"] for answer in answers)


@pytest.mark.parametrize("begin", [create, put_on_sale, restore])
def test_buyers_at_the_answer_that_begins_a_sale_are_all_served(shop: Shop, begin: Any) -> None:
    buyers = shop.buyers(BUYERS)

    item = begin(shop)
    answers = shop.buy_at_once(item, buyers)

    assert count_codes(answers) == {202: BUYERS}
    shop.wait_until_written(item, BUYERS)


def test_a_sale_is_open_at_its_first_answer(shop: Shop) -> None:
    assert shop.gate(create(shop))["state"] == "open"


def test_buyers_wait_after_redis_has_lost_its_data(running_service: RunningService) -> None:
    shop = running_service.shop
    item, buyers = shop.offer(stock=50), shop.buyers(50)
    running_service.valkey.flush()

    answers = shop.buy_at_once(item, buyers)

    assert count_codes(answers) == {202: 50}
    shop.wait_until_written(item, 50)
    shop.verify([answer.json["data"]["id"] for answer in answers])


def test_an_edited_price_is_paid_after_the_answer_and_no_buyer_is_refused(shop: Shop) -> None:
    item, buyers = create(shop, price_minor=1_000), shop.buyers(40)

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(shop.buy, item, token) for token in buyers[:20]]
        data_of(send(shop, "PATCH", f"/items/{item}", {"price_minor": 1_300}), 200)
        later = [pool.submit(shop.buy, item, token) for token in buyers[20:]]

    before = [data_of(answer.result(), 202)["unit_price_minor"] for answer in answers]
    assert set(before) <= {1_000, 1_300}
    assert {data_of(answer.result(), 202)["unit_price_minor"] for answer in later} == {1_300}


@pytest.mark.parametrize(
    "change", [{}, {"name": "Concert"}, {"introduction": "Two hours."}, {"name_translations": {"zh-Hant": "票"}}]
)
def test_words_do_not_touch_the_gate(shop: Shop, change: dict[str, Any]) -> None:
    item = create(shop)
    gate = shop.gate(item)

    data_of(send(shop, "PATCH", f"/items/{item}", change), 200)

    assert shop.gate(item) == gate


def test_a_withdrawal_waits_for_the_load(running_service: RunningService) -> None:
    shop = running_service.shop
    item = shop.offer(stock=10)
    running_service.valkey.flush()

    answer = send(shop, "POST", f"/items/{item}/stock-adjustments", {"delta": -3, "reason": "broken"})

    assert data_of(answer, 200)["stock"] == 7
