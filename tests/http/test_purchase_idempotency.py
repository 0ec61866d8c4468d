"""Idempotency keys of purchases, over HTTP."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import Shop

KEY, OTHER_PATH, OTHER_BODY = 400003, 422003, 422004


def test_a_repeated_key_returns_the_same_order_and_has_one_effect(shop: Shop) -> None:
    item, buyer = shop.offer(stock=10), shop.buyer()

    answers = [shop.buy(item, buyer, 4, Idempotency_Key="once", Prefer=f"wait={wait}") for wait in (0, 5, 0)]

    assert [answer.json["data"]["status"] for answer in answers] == ["pending", "confirmed", "confirmed"]
    assert len({answer.json["data"]["id"] for answer in answers}) == 1
    assert (shop.written(item), shop.item(item)["stock"]) == (1, 6)


def test_only_replayed_responses_have_the_replay_headers(shop: Shop) -> None:
    item, buyer = shop.offer(stock=10), shop.buyer()

    first, second = (shop.buy(item, buyer, Idempotency_Key="marked") for _ in range(2))

    marks = ("Idempotency-Relayed", "Idempotent-Replayed")
    assert [first.headers[mark] for mark in marks] == [None, None]
    assert [second.headers[mark] for mark in marks] == ["marked", "true"]


def test_fifty_concurrent_requests_with_one_key_have_one_effect(shop: Shop) -> None:
    item, buyer = shop.offer(stock=10), shop.buyer()

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: shop.buy(item, buyer, Idempotency_Key="rush"), range(50)))

    assert {answer.status for answer in answers} <= {201, 202}
    assert len({answer.json["data"]["id"] for answer in answers}) == 1
    shop.wait_until_written(item, 1)
    assert shop.item(item)["stock"] == 9


def test_another_key_or_another_buyer_is_another_purchase(shop: Shop) -> None:
    first_item, second_item, ann, bob = shop.offer(), shop.offer(), shop.buyer(), shop.buyer()
    purchases = [(first_item, ann, "a"), (first_item, ann, "b"), (first_item, bob, "a"), (second_item, bob, "b")]

    ids = {data_of(shop.buy(item, buyer, Idempotency_Key=key), 202)["id"] for item, buyer, key in purchases}

    assert len(ids) == 4


def test_a_key_reused_for_another_item_is_refused(shop: Shop) -> None:
    first_item, second_item, buyer = shop.offer(), shop.offer(), shop.buyer()
    data_of(shop.buy(first_item, buyer, Idempotency_Key="k"), 202)

    assert data_of(shop.buy(second_item, buyer, Idempotency_Key="k"), OTHER_PATH)["part"] == "path"


def test_every_request_without_a_key_is_a_purchase(shop: Shop) -> None:
    item, buyer = shop.offer(), shop.buyer()

    assert data_of(shop.buy(item, buyer), 202)["id"] != data_of(shop.buy(item, buyer), 202)["id"]


def test_a_key_reused_for_another_quantity_is_refused(shop: Shop) -> None:
    item, buyer = shop.offer(stock=10), shop.buyer()
    data_of(shop.buy(item, buyer, 1, Idempotency_Key="k"), 202)

    assert data_of(shop.buy(item, buyer, 2, Idempotency_Key="k"), OTHER_BODY)["part"] == "body"

    assert shop.item(item)["stock"] == 9


def test_a_key_that_bought_the_last_unit_can_be_replayed(shop: Shop) -> None:
    item, buyer = shop.offer(stock=1), shop.buyer()
    first = data_of(shop.buy(item, buyer, Idempotency_Key="last"), 202)
    shop.wait_until_written(item, 1)

    replay = shop.buy(item, buyer, Idempotency_Key="last", Prefer="wait=2")

    assert data_of(replay, 201)["id"] == first["id"]


def test_a_refused_purchase_does_not_use_up_its_key(shop: Shop) -> None:
    item, buyer = shop.offer(stock=1), shop.buyer()
    data_of(shop.buy(item, buyer, 2, Idempotency_Key="k"), 409301)

    data_of(shop.buy(item, buyer, 1, Idempotency_Key="k"), 202)


@pytest.mark.parametrize("key", ["", "a b", "a" * 256, "\xe9", "a\tb"])
def test_a_malformed_key_is_refused(shop: Shop, item: int, buyer: str, key: str) -> None:
    assert data_of(shop.buy(item, buyer, Idempotency_Key=key), KEY)["header"] == "Idempotency-Key"


@pytest.mark.parametrize("key", ["a", "a" * 255, "!~{}|\"'"])
def test_a_key_may_contain_any_visible_ascii_character(shop: Shop, item: int, key: str) -> None:
    data_of(shop.buy(item, shop.buyer(), Idempotency_Key=key), 202)
