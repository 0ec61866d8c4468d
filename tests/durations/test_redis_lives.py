"""Lives of Redis keys: each key that a shop writes, in seconds."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shop.cache_managers.session import SessionCacheManager
from shop.core.cache.single_flight import block
from shop.core.crypto.tokens import Tokens
from shop.core.database.model import DEFAULT_TENANT
from shop.core.idempotency.fingerprint import Fingerprint
from shop.core.idempotency.record import IdempotencyKey
from shop.core.jobs.queue import JobQueue
from shop.core.redis.stores import RedisStores
from shop.core.settings.rate import Rate
from shop.core.tenant import in_tenant
from shop.services.idempotency_record import IdempotencyRecordService
from shop.worker import _enqueue_due
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.dead_letters import buy_impossibly, names
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_drains import begin_epoch_without_draining

HOUR, DAY = 3600, 86_400
Prepare = Callable[[InProcessShop, int, str], object]


def buy(shop: InProcessShop, item: int, token: str) -> None:
    shop.buy(item, token, 2, key="a-key")


def write(shop: InProcessShop, item: int, token: str) -> None:
    shop.buy_and_write(item, token, 2)


def reject(shop: InProcessShop, item: int, token: str) -> None:
    shop.buy(item, token, 5)
    begin_epoch_without_draining(shop, item)
    shop.buy(item, token, 6)
    shop.drain(item)


def discard(shop: InProcessShop, item: int, token: str) -> None:
    buy_impossibly(shop, item, token)
    shop.drain(item)
    shop.cli("dead-letters", "--discard", *names(shop.cli("dead-letters")))


def set_aside(shop: InProcessShop, item: int, token: str) -> None:
    buy_impossibly(shop, item, token)
    shop.drain(item)


def sign_out(shop: InProcessShop, item: int, token: str) -> None:
    shop.buy(item, token)
    shop.send("POST", "/auth/logout", token)


def adjust(shop: InProcessShop, item: int, _: str) -> None:
    shop.adjust(item, shop.admin(), delta=-1)


def request_load(shop: InProcessShop, item: int, _: str) -> None:
    assert shop.stock.claim_load_request(DEFAULT_TENANT, item)


def read_own(shop: InProcessShop, _: int, token: str) -> None:
    shop.send("GET", "/auth/me", token)


def invalidate(shop: InProcessShop, _: int, token: str) -> None:
    with in_tenant(DEFAULT_TENANT):
        claims = shop.container.get(Tokens).verify(token)
        shop.container.get(SessionCacheManager).invalidate(claims.user_id, [claims.session_id])


def read_item(shop: InProcessShop, item: int, _: str) -> None:
    shop.http.get(f"/api/v1/items/{item}")


def read_missing_item(shop: InProcessShop, *_: Any) -> None:
    shop.http.get("/api/v1/items/79999")


def read_items(shop: InProcessShop, *_: Any) -> None:
    shop.http.get("/api/v1/items")


def block_key(shop: InProcessShop, *_: Any) -> None:
    block(shop.container.get(RedisStores).cache, "a-block", "mark")


def lease(shop: InProcessShop, *_: Any) -> None:
    key = IdempotencyKey(DEFAULT_TENANT, "user:1", "k", Fingerprint("POST", "/", "", "", ""), 77)
    shop.container.get(IdempotencyRecordService).lease(key, "token")


# Action, key, value at its beginning, life in seconds; None: for ever; a pair: the least and the most.
LIVES: list[tuple[Prepare, str, str, Any]] = [
    (buy, r"\{p..\}:receipt:", "P", None),
    (buy, r"\{p..\}:outbox", "", None),
    (buy, r"\{p..\}:item:", "", None),
    (buy, r"\{p..\}:limit:", "", None),
    (buy, r"\{p..\}:wake", "1", 30),
    (buy, r"\{p..\}:buyer:", "1", HOUR),
    (buy, r"1:idempotency:", "|", DAY),
    (write, r"\{p..\}:receipt:", "C", DAY),
    (reject, r"\{p..\}:receipt:", "R", DAY),
    (discard, r"\{p..\}:receipt:", "R", DAY),
    (set_aside, r"\{p..\}:receipt:", "D", None),
    (sign_out, r"\{p..\}:buyer:", "0", HOUR),
    (sign_out, r"1:user:\d+:session:", '"ended"', 3600 + 45),
    (adjust, r"\{p..\}:taken:", "", HOUR),
    (request_load, r"\{p..\}:load:", "1", 2),
    (read_own, r"1:user:\d+:session:", "{", HOUR),
    (invalidate, r"1:user:\d+:session:", '"ask"', 10),
    (read_item, r"\{1:item:\d+\}:info", "{", (54, 66)),
    (read_missing_item, r"\{1:item:79999\}:info", "null", (9, 11)),
    (read_items, r"\{1:items\}:page:", "", (54, 66)),
    (read_items, r"\{1:items\}:pages", "", (0.9 * DAY, 1.1 * DAY)),
    (block_key, r"a-block", "!mark", 10),
    (lease, r"1:idempotency:", "token|", 15),
    (read_own, r"1:quota:default:", "1", 70),
]


@pytest.mark.parametrize(
    ("prepare", "pattern", "beginning", "life"),
    LIVES,
    ids=[f"{prepare.__name__} {pattern}" for prepare, pattern, *_ in LIVES],
)
def test_a_key_expires_after_its_life(
    make_in_process_shop: MakeInProcessShop,
    prepare: Prepare,
    pattern: str,
    beginning: str,
    life: Any,
) -> None:
    # A leeway and a window that differ from all other durations.
    shop = make_in_process_shop(token_leeway=45, limit_default=Rate(99, 70))
    item, token = shop.offer(stock=10, max_per_user=9), shop.buyer()
    prepare(shop, item, token)

    found = [name for name in shop.redis.scan_iter() if re.match(pattern, name) and starts(shop, name, beginning)]

    assert found, sorted(shop.redis.scan_iter())
    for name in found:
        left = shop.redis.pttl(name) / 1000
        least, most = life if isinstance(life, tuple) else (life, life)
        assert left == -0.001 if life is None else least - 5 < left <= most, (name, left)


def starts(shop: InProcessShop, name: str, beginning: str) -> bool:
    return not beginning or str(shop.redis.get(name)).startswith(beginning)


@pytest.mark.parametrize(("every", "life"), [(timedelta(seconds=2), 5), (timedelta(minutes=1), 120)])
def test_a_time_slot_is_taken_for_two_periods(in_process_shop: InProcessShop, every: timedelta, life: int) -> None:
    queue: Any = in_process_shop.container.get(JobQueue)
    assert _enqueue_due(queue, "sweep_stock", 7, every)

    (job,) = queue._rq.jobs
    client: Any = queue.stores.queue
    assert life - 1 < client.pttl("shop:schedule:sweep_stock:7") / 1000 <= life
    # In seconds: the run, the kept failure, and how long it may wait for a worker.
    assert (job.timeout, job.failure_ttl, job.ttl) == (60, 604_800, life)
