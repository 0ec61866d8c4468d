"""Rate limit of purchases that are repeated with their key."""

import pytest

from shop.core.settings.rate import OFF, Rate
from tests.purchase.conftest import MakeInProcessShop
from tests.rate_limiting.limit_headers import parse_names, parse_without_seconds
from tests.rate_limiting.test_purchases import MOST, STRATEGIES, statuses


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_replay_uses_up_a_limit_of_its_own(make_in_process_shop: MakeInProcessShop, strategy: str) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(2, 60), limit_replay=Rate(MOST, 60), purchase_strategy=strategy)
    item, token = shop.offer(stock=10), shop.buyer()
    first = shop.send_purchase(item, token, key="mine")
    assert parse_without_seconds(first.headers) == [("purchase", 2, 60, 1)]

    replays = [shop.send_purchase(item, token, key="mine") for _ in range(MOST)]
    assert {parse_names(replay.headers)[0] for replay in replays} == {"replay"}
    assert statuses(shop, item, token, 2) == [first.status_code, 429]
    # A replay above its limit is refused, and a new key above the limit of purchases.
    refused = shop.send_purchase(item, token, key="mine")
    assert (refused.status_code, parse_names(refused.headers)) == (429, ["replay"])
    assert refused.get_json()["data"]["violated-policies"] == ["replay"]
    assert [shop.send_purchase(item, token, key=key).status_code for key in ("a", "b", "a")] == [429] * 3
    assert shop.read_item(item)["stock"] == 8


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_exhausted_buyer_can_repeat_a_purchase(make_in_process_shop: MakeInProcessShop, strategy: str) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(1, 60), limit_replay=Rate(MOST, 60), purchase_strategy=strategy)
    item, token = shop.offer(stock=10), shop.buyer()
    order = shop.buy(item, token, key="mine")
    assert statuses(shop, item, token, 2) == [429, 429]

    assert shop.buy(item, token, key="mine") == order


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_key_of_another_request_uses_up_the_limit_of_purchases(
    make_in_process_shop: MakeInProcessShop, strategy: str
) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(3, 60), limit_replay=Rate(1000, 60), purchase_strategy=strategy)
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy(item, token, key="mine")

    answers = [shop.send_purchase(item, token, quantity, key="mine").status_code for quantity in (2, 3, 4)]

    assert answers == [422, 422, 429]


def test_replays_are_not_limited_without_their_limit(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_purchase=Rate(1, 60), limit_replay=OFF)
    item, token = shop.offer(stock=10), shop.buyer()

    assert [shop.send_purchase(item, token, key="mine").status_code for _ in range(20)] == [202] * 20
