"""Optimistic lock strategies: the rules of reserve.lua as single Redis commands.

Both are the classic published algorithms with their errors corrected.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from shop.constants.stock import GateState, ReserveOutcome
from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.redis.lock import try_lock
from shop.core.redis.stores import WatchError, watch_keys
from shop.core.resilience.backoff import Backoff

BUSY_ANSWER = (ReserveOutcome.BUSY, "", 0)

Answer = tuple[ReserveOutcome, str, int]


class ReserveKeys(NamedTuple):
    """KEYS of reserve.lua."""

    item: str
    outbox: str
    receipt: str
    limit: str
    wake: str
    buyer: str


class ReserveArguments(NamedTuple):
    """ARGV of reserve.lua."""

    order: str
    tenant: int
    item: int
    user: int
    quantity: int
    moment: int
    backlog_max: int
    wake_life: int


class GateFields(NamedTuple):
    """Fields of an item's gate that a reservation reads."""

    state: str | None
    avail: str
    epoch: str
    price: str
    currency: str
    limit: str
    seq: str
    forgot: str | None


@dataclass(frozen=True)
class OptimisticLockCacheManager(CacheManager):
    """Two alternatives to reserve.lua with the same arguments and results."""

    lock_owner = Key("{{p{partition}}}:lock:{tenant}:{item}")

    def watch(self, number: int, keys: Sequence[str], arguments: Sequence[Any]) -> Answer:
        """Reserve with WATCH and EXEC.

        Tries again after a concurrent change; returns BUSY when the retry budget is spent.
        """
        client = self.stores.stock(number)
        for _ in self._backoff().attempts():
            with suppress(WatchError):
                return _try_reserve(client, ReserveKeys(*keys), ReserveArguments(*arguments))
        return BUSY_ANSWER

    def lock(self, number: int, keys: Sequence[str], arguments: Sequence[Any]) -> Answer:
        """Reserve while holding the item's lock.

        Returns BUSY when the retry budget is spent.
        """
        client, reserve, life = self.stores.stock(number), ReserveArguments(*arguments), self.stores.settings.lock_life
        name = self.lock_owner(partition=f"{number:02}", tenant=reserve.tenant, item=reserve.item)
        for _ in self._backoff().attempts():
            # WATCH is needed here too: the lock may expire while its owner is suspended.
            with suppress(WatchError), try_lock(client, name, life) as acquired:
                if acquired:
                    return _try_reserve(client, ReserveKeys(*keys), reserve)
        return BUSY_ANSWER

    def _backoff(self) -> Backoff:
        settings = self.stores.settings
        return Backoff(settings.lock_tries, settings.lock_budget, settings.lock_base, settings.lock_cap)


def _try_reserve(client: Any, keys: ReserveKeys, arguments: ReserveArguments) -> Answer:
    """Read and write once. Raises WatchError after a concurrent change."""
    if arguments.quantity < 1:
        raise ValueError("the quantity is not a whole number above zero")
    with watch_keys(client, keys.item, keys.receipt, keys.limit) as pipe:
        if pipe.get(keys.buyer) != "1":
            return ReserveOutcome.UNKNOWN_BUYER, "", 0
        if receipt := pipe.get(keys.receipt):
            return ReserveOutcome.DUPLICATE, receipt, 0
        gate = GateFields(*pipe.hmget(keys.item, GateFields._fields))
        return _find_refusal(pipe, keys, arguments, gate) or _write_reservation(pipe, keys, arguments, gate)


def _find_refusal(pipe: Any, keys: ReserveKeys, arguments: ReserveArguments, gate: GateFields) -> Answer | None:
    receipts_lost = gate.forgot or ""
    if gate.state != GateState.OPEN:
        return ReserveOutcome.CLOSED, receipts_lost, 0
    if int(gate.avail) < arguments.quantity:
        return ReserveOutcome.SOLD_OUT, receipts_lost, int(gate.avail)
    if gate.limit and int(pipe.hget(keys.limit, arguments.user) or 0) + arguments.quantity > int(gate.limit):
        return ReserveOutcome.LIMIT, receipts_lost, int(gate.limit)
    if pipe.xlen(keys.outbox) >= arguments.backlog_max:
        return ReserveOutcome.BUSY, receipts_lost, 0
    return None


def _write_reservation(pipe: Any, keys: ReserveKeys, arguments: ReserveArguments, gate: GateFields) -> Answer:
    # WATCH guarantees that `seq` is unchanged when EXEC succeeds, so the next number is correct.
    fields = (*arguments[:5], gate.price, gate.currency, arguments.moment, gate.epoch, int(gate.seq) + 1)
    body = "|".join(map(str, fields))
    pipe.multi()
    pipe.hincrby(keys.item, "seq", 1)
    pipe.hincrby(keys.item, "avail", -arguments.quantity)
    pipe.hincrby(keys.item, "pend", arguments.quantity)
    pipe.xadd(keys.outbox, {"r": body})
    pipe.set(keys.receipt, f"P|{body}")
    if gate.limit:
        pipe.hincrby(keys.limit, arguments.user, arguments.quantity)
    pipe.set(keys.wake, "1", nx=True, ex=arguments.wake_life)
    *_, woke = pipe.execute()
    return ReserveOutcome.RESERVED, f"P|{body}", int(bool(woke))
