"""Optimistic lock strategies: the rules of reserve.lua as single Redis commands.

Both are the classic published algorithms with their errors corrected.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from shop.constants.stock import GateState, ReserveOutcome
from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.redis.damage import is_wrong_type, remove_wrong_type
from shop.core.redis.lock import try_lock
from shop.core.redis.script import Script
from shop.core.redis.stores import RedisError, WatchError, watch_keys
from shop.core.resilience.backoff import Backoff
from shop.supports.reservation import ReceiptSearch, parse_reservation
from shop.supports.sale_gate import GateFields, has_expired

_LUA = Path(__file__).parent / "lua"
_read_receipts = Script(_LUA / "receipts.lua", _LUA / "read.lua")
_DAMAGED = "damaged"
# PTTL of a key that does not expire.
NO_EXPIRY = -1
_COUNT = re.compile(r"-?[0-9]{1,18}")
# Types of ReserveKeys, in their order.
_KINDS, LIMIT_PLACE = ("hash", "stream", "string", "hash", "string", "string"), 3
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


@dataclass(frozen=True)
class OptimisticLockCacheManager(CacheManager):
    """Two alternatives to reserve.lua with the same arguments and results."""

    lock_owner = Key("{{p{partition}}}:lock:{tenant}:{item}")

    def watch(self, number: int, keys: Sequence[str], arguments: Sequence[Any], search: ReceiptSearch) -> Answer:
        """Reserve with WATCH and EXEC.

        Tries again after a concurrent change; returns BUSY when the retry budget is spent.
        """
        client = self.stores.stock(number)
        for _ in self._backoff().attempts():
            with suppress(WatchError), _healing(client, keys):
                return _try_reserve(client, ReserveKeys(*keys), ReserveArguments(*arguments), search)
        return BUSY_ANSWER

    def lock(self, number: int, keys: Sequence[str], arguments: Sequence[Any], search: ReceiptSearch) -> Answer:
        """Reserve while holding the item's lock.

        Returns BUSY when the retry budget is spent.
        """
        client, reserve, life = self.stores.stock(number), ReserveArguments(*arguments), self.stores.settings.lock_life
        name = self.lock_owner(partition=f"{number:02}", tenant=reserve.tenant, item=reserve.item)
        for _ in self._backoff().attempts():
            # WATCH is needed here too: the lock may expire while its owner is suspended.
            with suppress(WatchError), try_lock(client, name, life) as acquired, _healing(client, keys):
                if acquired:
                    return _try_reserve(client, ReserveKeys(*keys), reserve, search)
        if client.pttl(name) == NO_EXPIRY:
            # Damaged: a lock expires.
            client.delete(name)
        return BUSY_ANSWER

    def _backoff(self) -> Backoff:
        settings = self.stores.settings
        return Backoff(settings.lock_tries, settings.lock_budget, settings.lock_base, settings.lock_cap)


@contextmanager
def _healing(client: Any, keys: Sequence[str]) -> Iterator[None]:
    """Remove keys of another type; the next attempt finds them missing.

    Without its purchase limits the gate is closed, and a load counts them again.
    """
    try:
        yield
    except RedisError as error:
        if not is_wrong_type(error):
            raise
        for name, kind in zip(keys, _KINDS, strict=False):
            if remove_wrong_type(client, name, kind) and name == keys[LIMIT_PLACE]:
                client.hset(keys[0], "state", GateState.CLOSED)


def _try_reserve(client: Any, keys: ReserveKeys, arguments: ReserveArguments, search: ReceiptSearch) -> Answer:
    """Read and write once. Raises WatchError after a concurrent change."""
    if arguments.quantity < 1:
        raise ValueError("the quantity is not a whole number above zero")
    with watch_keys(client, keys.item, keys.receipt, keys.limit, *search.keys) as pipe:
        if pipe.get(keys.buyer) != "1":
            return ReserveOutcome.UNKNOWN_BUYER, "", 0
        if answer := _find_receipt(pipe, [keys.receipt, *search.keys], search):
            return answer
        gate = GateFields(*pipe.hmget(keys.item, GateFields._fields))
        if gate.state == GateState.REVISING and not has_expired(gate.deadline, pipe.time()):
            gate = gate._replace(state=GateState.OPEN)
        if gate.state == GateState.OPEN and gate.is_damaged:
            # The load that the purchase requests then writes all fields again.
            pipe.hset(keys.item, "state", GateState.CLOSED)
            return ReserveOutcome.CLOSED, "", 0
        return _find_refusal(pipe, keys, arguments, gate) or _write_reservation(pipe, keys, arguments, gate)


def _find_receipt(pipe: Any, names: Sequence[str], search: ReceiptSearch) -> Answer | None:
    """Return the receipt of the key, DAMAGED, EXPIRED, or None."""
    # The pipeline executes at once until MULTI.
    texts = _read_receipts(pipe, names, [])
    if texts == _DAMAGED:
        return ReserveOutcome.RECEIPT_DAMAGED, "", 0
    receipts = {name: text for name, text in zip(names, texts, strict=True) if text}
    for text in receipts.values():
        reservation = parse_reservation(text)
        if search.purchase.belongs_to_key(reservation.order_id, reservation.moment):
            return ReserveOutcome.DUPLICATE, text, 0
    if not receipts or search.purchase.is_renewed:
        return None
    for name in receipts:
        # The next order of the key is found by this receipt. One of a pending order has no expiry.
        pipe.expire(name, search.life_seconds, gt=True)
    return ReserveOutcome.KEY_EXPIRED, "", 0


def _find_refusal(pipe: Any, keys: ReserveKeys, arguments: ReserveArguments, gate: GateFields) -> Answer | None:
    receipts_lost = gate.forgot if gate.forgot and _COUNT.fullmatch(gate.forgot) else ""
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
