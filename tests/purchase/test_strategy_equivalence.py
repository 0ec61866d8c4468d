"""Equivalence of the script and the optimistic locks."""

from typing import Any, NamedTuple
from uuid import UUID

import pytest

from shop.cache_managers.optimistic_lock import OptimisticLockCacheManager
from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import GateState
from shop.core.metrics.metrics import Metrics
from shop.core.redis.stores import RedisStores
from shop.core.settings.settings import Settings
from shop.supports.reservation import Purchase, ReserveResult, parse_reserve_answer
from shop.supports.sale_gate import Claim, GateOpening
from tests.support.servers.valkey import Valkey

TENANT, ITEM, OTHER, CLOSED, BACKLOG_MAX = 21, 70, 80, 90, 5
# (order, item, user, quantity); user 110 is unknown.
PURCHASES = [
    (1, ITEM, 101, 2),
    (1, ITEM, 101, 2),
    (2, ITEM, 101, 2),
    (3, ITEM, 102, 3),
    (4, ITEM, 103, 6),
    (5, OTHER, 101, 4),
    (6, OTHER, 110, 1),
    (7, CLOSED, 101, 1),
    (8, ITEM, 103, 1),
    (9, ITEM, 104, 1),
    (10, ITEM, 105, 1),
    (11, ITEM, 106, 1),
]


class Strategies(NamedTuple):
    """Both CacheManagers on one Redis."""

    stock: StockCacheManager
    optimistic_lock: OptimisticLockCacheManager

    def reserve(self, strategy: str, purchase: Purchase) -> ReserveResult:
        if strategy == "script":
            return self.stock.reserve(purchase, BACKLOG_MAX)
        return parse_reserve_answer(
            getattr(self.optimistic_lock, strategy)(*self.stock.script_call(purchase, BACKLOG_MAX))
        )


def run_purchases(server: Valkey, strategy: str) -> tuple[list[ReserveResult], dict[str, Any]]:
    """Run all purchases; return the results and the content of Redis."""
    server.flush()
    settings = Settings(redis_url=server.url, var=str(server.folder))
    stores, metrics = RedisStores(settings), Metrics(settings)
    strategies = Strategies(StockCacheManager(stores, metrics), OptimisticLockCacheManager(stores, metrics))
    for item, limit in ((ITEM, 3), (OTHER, None)):
        # A missing gate in a later epoch means lost receipts; each refusal returns the time of the loss.
        strategies.stock.claim(TENANT, item, Claim("token", moment=900))
        opening = GateOpening(9, 4, 250, "EUR", limit, 2, {})
        assert strategies.stock.open(TENANT, item, "token", opening)
        assert strategies.stock.open_to_buyers(TENANT, item, "token", GateState.OPEN)
    results = []
    for number, item, user, quantity in PURCHASES:
        fields = (UUID(int=number), TENANT, item, user, quantity, 1000 + number)
        purchase = Purchase(*fields, idempotency_key=None, session_id=UUID(int=user))
        if user != 110:
            strategies.stock.trust_buyer(purchase)
        results.append(strategies.reserve(strategy, purchase))
    return results, read_keys(stores.stock(0))


def read_keys(client: Any) -> dict[str, Any]:
    """Return value and expiry of every key, without ids of stream entries."""
    read = {
        "hash": client.hgetall,
        "string": client.get,
        "stream": lambda key: [fields for _, fields in client.xrange(key)],
    }
    return {key: (read[client.type(key)](key), client.ttl(key) > 0) for key in client.scan_iter()}


@pytest.mark.parametrize("strategy", ["lock", "watch"])
def test_optimistic_locks_have_the_results_and_keys_of_the_script(valkey: Valkey, strategy: str) -> None:
    results, keys = run_purchases(valkey, "script")

    assert {result.outcome.value for result in results} == {
        "RESERVED", "DUPLICATE", "LIMIT", "SOLD_OUT", "STRANGER", "CLOSED", "BUSY"
    }  # fmt: skip
    assert run_purchases(valkey, strategy) == (results, keys)
