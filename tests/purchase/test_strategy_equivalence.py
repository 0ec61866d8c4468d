"""The recipes are the script told again: the same purchases get the same answers and leave the same Redis behind."""

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

TENANT, ITEM, OTHER, CLOSED, BACKLOG_MAX = 1, 7, 8, 9, 5
# (order, item, user, quantity); a user above nine is unknown.
PURCHASES = [
    (1, ITEM, 1, 2),
    (1, ITEM, 1, 2),
    (2, ITEM, 1, 2),
    (3, ITEM, 2, 3),
    (4, ITEM, 3, 6),
    (5, OTHER, 1, 4),
    (6, OTHER, 10, 1),
    (7, CLOSED, 1, 1),
    (8, ITEM, 3, 1),
    (9, ITEM, 4, 1),
    (10, ITEM, 5, 1),
    (11, ITEM, 6, 1),
]


class Strategies(NamedTuple):
    """The two CacheManagers on one Redis."""

    stock: StockCacheManager
    recipe: OptimisticLockCacheManager

    def reserve(self, strategy: str, purchase: Purchase) -> ReserveResult:
        if strategy == "script":
            return self.stock.reserve(purchase, BACKLOG_MAX)
        return parse_reserve_answer(getattr(self.recipe, strategy)(*self.stock.script_call(purchase, BACKLOG_MAX)))


def run_purchases(server: Valkey, strategy: str) -> tuple[list[ReserveResult], dict[str, Any]]:
    """What a day of purchases is answered, and what it leaves."""
    server.flush()
    settings = Settings(redis_url=server.url, var=str(server.folder))
    stores, metrics = RedisStores(settings), Metrics(settings)
    till = Strategies(StockCacheManager(stores, metrics), OptimisticLockCacheManager(stores, metrics))
    for item, limit in ((ITEM, 3), (OTHER, None)):
        # Not there before, and not its first epoch: receipts were lost, and each refusal says since when.
        till.stock.claim(TENANT, item, Claim("token", moment=900))
        opening = GateOpening(9, 4, 250, "EUR", limit, 2, {})
        assert till.stock.open(TENANT, item, "token", opening)
        assert till.stock.open_to_buyers(TENANT, item, "token", GateState.OPEN)
    answers = []
    for number, item, user, quantity in PURCHASES:
        words = (UUID(int=number), TENANT, item, user, quantity, 1000 + number)
        purchase = Purchase(*words, ticket=None, session_id=UUID(int=user))
        if user < 10:
            till.stock.trust_buyer(purchase)
        answers.append(till.reserve(strategy, purchase))
    return answers, read_keys(stores.stock(0))


def read_keys(client: Any) -> dict[str, Any]:
    """Every key, with what is in it and whether it ends; without the numbers that Redis gives entries."""
    read = {
        "hash": client.hgetall,
        "string": client.get,
        "stream": lambda key: [fields for _, fields in client.xrange(key)],
    }
    return {key: (read[client.type(key)](key), client.ttl(key) > 0) for key in client.scan_iter()}


@pytest.mark.parametrize("strategy", ["lock", "watch"])
def test_the_recipes_answer_and_leave_what_the_script_does(valkey: Valkey, strategy: str) -> None:
    answers, left = run_purchases(valkey, "script")

    assert {answer.outcome.value for answer in answers} == {
        "RESERVED", "DUPLICATE", "LIMIT", "SOLD_OUT", "STRANGER", "CLOSED", "BUSY"
    }  # fmt: skip
    assert run_purchases(valkey, strategy) == (answers, left)
