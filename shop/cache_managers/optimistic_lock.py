"""The classic recipes for taking stock, corrected: the rules of reserve.lua, told in Python, command by command."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from shop.constants.stock import GateState, Outcome
from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.redis.lock import locked
from shop.core.redis.stores import WatchError, watching
from shop.core.resilience.backoff import Backoff

BUSY = (Outcome.BUSY, "", 0)

Answer = tuple[Outcome, str, int]


class Keys(NamedTuple):
    """KEYS of reserve.lua."""

    item: str
    outbox: str
    receipt: str
    limit: str
    wake: str
    buyer: str


class Words(NamedTuple):
    """ARGV of reserve.lua."""

    order: str
    tenant: int
    item: int
    user: int
    quantity: int
    moment: int
    backlog_max: int
    wake_life: int


class Gate(NamedTuple):
    """What RESERVE reads of an item."""

    state: str | None
    avail: str
    epoch: str
    price: str
    currency: str
    limit: str
    seq: str
    forgot: str | None


@dataclass(frozen=True)
class RecipeCacheManager(CacheManager):
    """Two ways to do what reserve.lua does: each is asked as the script is, and answers what it answers."""

    owner = Key("{{p{partition}}}:lock:{tenant}:{item}")

    def watch(self, number: int, keys: Sequence[str], arguments: Sequence[Any]) -> Answer:
        """Look, then take unless somebody changed what was seen; else again, and BUSY when the budget is spent."""
        client = self.stores.stock(number)
        for _ in self._backoff().attempts():
            with suppress(WatchError):
                return _attempt(client, Keys(*keys), Words(*arguments))
        return BUSY

    def lock(self, number: int, keys: Sequence[str], arguments: Sequence[Any]) -> Answer:
        """Take while nobody else may; else again, and BUSY when the budget is spent."""
        client, wish, life = self.stores.stock(number), Words(*arguments), self.stores.settings.lock_life
        name = self.owner(partition=f"{number:02}", tenant=wish.tenant, item=wish.item)
        for _ in self._backoff().attempts():
            # It watches all the same: a lock that ended while its owner slept protects nothing.
            with suppress(WatchError), locked(client, name, life) as held:
                if held:
                    return _attempt(client, Keys(*keys), wish)
        return BUSY

    def _backoff(self) -> Backoff:
        settings = self.stores.settings
        return Backoff(settings.lock_tries, settings.lock_budget, settings.lock_base, settings.lock_cap)


def _attempt(client: Any, keys: Keys, wish: Words) -> Answer:
    """One look and one EXEC; raises WatchError when somebody came between them."""
    if wish.quantity < 1:
        raise ValueError("the quantity is not a whole number above zero")
    with watching(client, keys.item, keys.receipt, keys.limit) as pipe:
        if pipe.get(keys.buyer) != "1":
            return Outcome.STRANGER, "", 0
        if receipt := pipe.get(keys.receipt):
            return Outcome.DUPLICATE, receipt, 0
        gate = Gate(*pipe.hmget(keys.item, Gate._fields))
        return _refusal(pipe, keys, wish, gate) or _take(pipe, keys, wish, gate)


def _refusal(pipe: Any, keys: Keys, wish: Words, gate: Gate) -> Answer | None:
    forgot = gate.forgot or ""
    if gate.state != GateState.OPEN:
        return Outcome.CLOSED, forgot, 0
    if int(gate.avail) < wish.quantity:
        return Outcome.SOLD_OUT, forgot, int(gate.avail)
    if gate.limit and int(pipe.hget(keys.limit, wish.user) or 0) + wish.quantity > int(gate.limit):
        return Outcome.LIMIT, forgot, int(gate.limit)
    if pipe.xlen(keys.outbox) >= wish.backlog_max:
        return Outcome.BUSY, forgot, 0
    return None


def _take(pipe: Any, keys: Keys, wish: Words, gate: Gate) -> Answer:
    # The number is true when EXEC succeeds: nobody else has counted since it was read.
    words = (*wish[:5], gate.price, gate.currency, wish.moment, gate.epoch, int(gate.seq) + 1)
    body = "|".join(map(str, words))
    pipe.multi()
    pipe.hincrby(keys.item, "seq", 1)
    pipe.hincrby(keys.item, "avail", -wish.quantity)
    pipe.hincrby(keys.item, "pend", wish.quantity)
    pipe.xadd(keys.outbox, {"r": body})
    pipe.set(keys.receipt, f"P|{body}")
    if gate.limit:
        pipe.hincrby(keys.limit, wish.user, wish.quantity)
    pipe.set(keys.wake, "1", nx=True, ex=wish.wake_life)
    *_, woke = pipe.execute()
    return Outcome.RESERVED, f"P|{body}", int(bool(woke))
