"""Sale strategies: states of gates under the sale by Redis and by the database."""

import pytest

from shop.constants.stock import GateState
from shop.supports.sale_strategy import DatabaseSale, RedisSale, SaleStrategy

REDIS, DATABASE = RedisSale(), DatabaseSale()


@pytest.mark.parametrize(
    ("strategy", "sellable", "state"),
    [
        (REDIS, True, GateState.OPEN),
        (REDIS, False, GateState.RETIRED),
        (DATABASE, True, GateState.CLOSED),
        (DATABASE, False, GateState.CLOSED),
    ],
)
def test_a_load_leaves_the_gate_in_the_state_of_the_strategy(
    strategy: SaleStrategy, *, sellable: bool, state: GateState
) -> None:
    assert strategy.target_state(sellable=sellable) is state


@pytest.mark.parametrize(
    ("gate", "by_redis", "by_database"),
    [
        ({}, False, True),
        ({"state": "open"}, True, False),
        ({"state": "open", "token": "t"}, True, False),
        ({"state": "closed"}, False, True),
        ({"state": "closed", "token": "t"}, False, False),
        ({"state": "retired"}, False, False),
        ({"token": "t"}, False, False),
    ],
)
def test_a_settled_gate_needs_no_load(gate: dict[str, str], *, by_redis: bool, by_database: bool) -> None:
    assert (REDIS.is_settled(gate), DATABASE.is_settled(gate)) == (by_redis, by_database)


@pytest.mark.parametrize(("epoch", "by_redis"), [(0, False), (1, True), (7, True)])
def test_only_redis_counts_the_stock_of_a_loaded_item(epoch: int, *, by_redis: bool) -> None:
    assert (REDIS.redis_sells(epoch), DATABASE.redis_sells(epoch)) == (by_redis, False)


def test_only_one_strategy_sells_from_the_database() -> None:
    assert (REDIS.database_sells, DATABASE.database_sells) == (False, True)
