"""Fixtures of purchases with keys: a shop with each strategy."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest

from shop.constants.order import Strategy
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.servers.valkey import Valkey

ELSEWHERE = "elsewhere"


class MakeStrategyShop(Protocol):
    """Factory of shops with one strategy, or with separate Redis servers."""

    def __call__(self, **settings: Any) -> InProcessShop: ...


@pytest.fixture(params=[*(strategy.value for strategy in Strategy), ELSEWHERE])
def make_strategy_shop(
    request: pytest.FixtureRequest, make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey]
) -> MakeStrategyShop:
    """Return a factory of shops with one strategy."""

    def make(**settings: Any) -> InProcessShop:
        if request.param == ELSEWHERE:
            return make_in_process_shop(stock_redis_urls=(make_valkey().url,), **settings)
        return make_in_process_shop(purchase_strategy=request.param, **settings)

    return make


@pytest.fixture
def strategy_shop(make_strategy_shop: MakeStrategyShop) -> InProcessShop:
    """Return a shop with one strategy."""
    return make_strategy_shop()
