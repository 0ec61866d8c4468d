"""Redis keys of stock, and the scripts over them. The braces put all keys of a partition into one cluster slot."""

# size: receipts, keys and scripts are one protocol, and two CacheManagers may not meet to share it.

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zlib import crc32

from shop.constants.stock import (
    BATCH,
    PARTITIONS,
    CreditOutcome,
    GateState,
    ReadmitOutcome,
    ReserveOutcome,
    WithdrawalOutcome,
)
from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.clock import from_microseconds
from shop.core.idempotency.record import IdempotencyKey
from shop.core.rate_limiting.limiter import COUNT_LUA
from shop.core.rate_limiting.windows import WindowArgs
from shop.core.redis.script import Script
from shop.core.redis.stores import RedisError
from shop.core.tenant import current_tenant

RECEIPT_TTL_SECONDS = 24 * 3600
ADJUSTMENT_TTL_SECONDS = 3600
WAKE_FLAG_TTL_SECONDS = 30
BUYER_TTL = timedelta(hours=1)
LOAD_REQUEST_TTL_SECONDS = 5
SCAN_COUNT = 1000
_COUNT_PATTERN = re.compile(r"-?[0-9]{1,18}")
_LUA_FOLDER = Path(__file__).parent / "lua"
_reserve = Script(_LUA_FOLDER / "reserve.lua", COUNT_LUA)
_finalize, _readmit = (Script(_LUA_FOLDER / f"{name}.lua") for name in ("finalize", "readmit"))
_claim, _open, _open_to_buyers = (
    Script(_LUA_FOLDER / f"{name}.lua") for name in ("claim", "open_gate", "open_to_buyers")
)
_apply, _take = (Script(_LUA_FOLDER / f"{name}.lua") for name in ("apply", "take"))
_dead_letter, _replay, _discard = (Script(_LUA_FOLDER / f"{name}.lua") for name in ("dead_letter", "replay", "discard"))


class Purchase(NamedTuple):
    """One wish to buy, from a session. `moment` is in microseconds since 1970; with a `ticket` it may be sent again."""

    order_id: UUID
    tenant_id: int
    item_id: int
    user_id: int
    quantity: int
    moment: int
    ticket: IdempotencyKey | None
    session_id: UUID


class Reservation(NamedTuple):
    """Pieces taken for one purchase, as receipts and outbox entries carry it.

    `state` is P (promised), C (confirmed), R (rejected) or D (set aside: a dead letter).
    """

    state: str
    order_id: UUID
    tenant_id: int
    item_id: int
    user_id: int
    quantity: int
    unit_price_minor: int
    currency: str
    moment: int
    epoch: int
    seq: int

    @property
    def position(self) -> tuple[int, int]:
        """Its number in the item's count: epoch and sequence."""
        return self.epoch, self.seq

    @property
    def body(self) -> str:
        """The part that stays when it is counted anew: all but state, epoch and sequence."""
        return "|".join(map(str, self[1:9]))

    @property
    def text(self) -> str:
        """All but the state, as the outbox holds it."""
        return "|".join(map(str, self[1:]))


class ScriptCall(NamedTuple):
    """A purchase as reserve.lua is asked for it, whoever answers in its place: the partition, KEYS and ARGV."""

    number: int
    keys: list[str]
    arguments: list[Any]


class ReserveResult(NamedTuple):
    """The answer of RESERVE. `left`: pieces or the limit, where it was refused; `wake`: this call woke the drain.

    `forgot`: the moment, in microseconds, at which the item's receipts were lost; 0 when they were not.
    `asked`: what the key of a REUSED purchase was used for. `spent`: how the buyer's limit stands, if it was counted.
    """

    outcome: ReserveOutcome
    reservation: Reservation | None
    left: int
    woke_drain: bool
    receipts_lost_at: int
    used_fingerprint: str = ""
    counts: tuple[int, ...] = ()


class OutboxEntry(NamedTuple):
    """A reservation waiting in an outbox."""

    entry_id: str
    reservation: Reservation


class OutboxPage(NamedTuple):
    """Some entries of an outbox; `last` is the id of the last one, None when there were none.

    `garbled`: entry id -> what stands there instead of a reservation.
    """

    entries: list[OutboxEntry]
    unreadable: Mapping[str, str]
    last_id: str | None


class Backlog(NamedTuple):
    """What waits in a partition: orders, seconds since the oldest of them was promised, and dead letters."""

    waiting: int
    oldest_seconds: float
    dead: int


class DeadLetter(NamedTuple):
    """An entry that can never be written, and why; no reservation when it cannot be read."""

    letter_id: str
    text: str
    reason: str

    @property
    def reservation(self) -> Reservation | None:
        """What was promised."""
        return _parse_or_none("D|" + self.text)


class CreditNote(NamedTuple):
    """Pieces that MySQL has and the sale has not yet: number `adj_seq` of the item's credits.

    `user_id`: whose purchase it was, 0 for nobody's.
    """

    adj_seq: int
    pieces: int
    epoch: int
    user_id: int


class Withdrawal(NamedTuple):
    """Pieces to be taken out of the sale, none to compare only. `seen`: what could be bought as the caller saw it."""

    ref: str
    pieces: int
    expected_stock: int | None
    epoch: int


class Claim(NamedTuple):
    """The right to open a gate. `moment`: in microseconds; `wrong`: Redis said something else than MySQL."""

    token: str
    moment: int
    data_lost: bool = False


class GateOpening(NamedTuple):
    """What MySQL says about an item when its gate opens. `sold`: it has orders, whose receipts may be lost."""

    stock: int
    epoch: int
    price_minor: int
    currency: str
    max_per_user: int | None
    adj_seq: int
    units: Mapping[int, int]
    state: GateState = GateState.OPEN
    has_orders: bool = True


def parse_reservation(text: str) -> Reservation:
    """Parse `state|order|tenant|item|user|quantity|price|currency|moment|epoch|seq`."""
    state, order, tenant, item, user, quantity, price, currency, moment, epoch, seq = text.split("|")
    return Reservation(
        state, UUID(order), int(tenant), int(item), int(user), int(quantity), int(price), currency, int(moment),
        int(epoch), int(seq),
    )  # fmt: skip


def _parse_or_none(text: str) -> Reservation | None:
    try:
        reservation = parse_reservation(text)
        # A moment that no calendar has would stop whoever writes it down.
        from_microseconds(reservation.moment)
    except (ValueError, OverflowError):
        return None
    return reservation


def parse_reserve_answer(answer: Sequence[Any]) -> ReserveResult:
    """Parse what RESERVE answers: outcome, receipt (or when receipts were lost), number, and what was counted."""
    outcome, text, count, *spent = answer
    if outcome in (ReserveOutcome.RESERVED, ReserveOutcome.DUPLICATE):
        woke = outcome == ReserveOutcome.RESERVED and count == 1
        return ReserveResult(
            ReserveOutcome(outcome),
            parse_reservation(text),
            count,
            woke_drain=woke,
            receipts_lost_at=0,
            counts=tuple(spent),
        )
    asked = text.partition("|")[2] if outcome == ReserveOutcome.KEY_REUSED else ""
    forgot = 0 if outcome == ReserveOutcome.KEY_REUSED else int(text or 0)
    return ReserveResult(
        ReserveOutcome(outcome),
        None,
        count,
        woke_drain=False,
        receipts_lost_at=forgot,
        used_fingerprint=asked,
        counts=tuple(spent),
    )


@dataclass(frozen=True)
class StockCacheManager(CacheManager):
    """What can be bought now, and what was bought but is not written yet."""

    item = Key("{{p{partition}}}:item:{tenant}:{item}")
    outbox = Key("{{p{partition}}}:outbox")
    receipt = Key("{{p{partition}}}:receipt:{order}")
    limit = Key("{{p{partition}}}:limit:{tenant}:{item}")
    wake_flag = Key("{{p{partition}}}:wake")
    # A copy in each partition: RESERVE asks for the buyer's session in the round trip it makes anyway.
    buyer = Key("{{p{partition}}}:buyer:{tenant}:{session}", ttl=BUYER_TTL)
    load_request = Key("{{p{partition}}}:load:{tenant}:{item}")
    dead_letter_stream = Key("{{p{partition}}}:dead")
    applied_adjustment = Key("{{p{partition}}}:taken:{adjustment}")
    reconciled_at = Key("stock:compared")

    def partition(self, tenant_id: int, item_id: int) -> int:
        """The partition of an item."""
        return _partition(tenant_id, item_id)

    def reserve(
        self,
        purchase: Purchase,
        backlog_max: int,
        fingerprint_key: str | None = None,
        window_args: WindowArgs | None = None,
    ) -> ReserveResult:
        """Take the pieces, or say why not: one script, one round trip, safe to repeat.

        `asked`: where the same server remembers what the purchase's key was used for. `told`: where it counts the
        buyer's purchases, and refuses those that are too many.
        """
        number, keys, arguments = self.script_call(purchase, backlog_max)
        if fingerprint_key and purchase.ticket:
            keys.append(fingerprint_key)
            arguments += [f"|{purchase.ticket.fingerprint.text}", purchase.ticket.ttl]
        else:
            arguments += ["", 0]
        if window_args:
            keys.append(window_args.key)
            arguments += window_args.arguments
        return parse_reserve_answer(_reserve(self._client(number), keys, arguments))

    def shares_cache_server(self, purchase: Purchase) -> bool:
        """Whether the partition is on the server of the cache, so that one script may use both."""
        return self._client(_partition(purchase.tenant_id, purchase.item_id)) is self.stores.cache

    def script_call(self, purchase: Purchase, backlog_max: int) -> ScriptCall:
        """What RESERVE is asked."""
        number, item, outbox, limit, wake = _item_keys(purchase.tenant_id, purchase.item_id)
        buyer = _buyer_key(number, purchase.tenant_id, purchase.session_id)
        keys = [item, outbox, self._receipt_key(number, purchase.order_id), limit, wake, buyer]
        arguments = [str(purchase.order_id), *purchase[1:6], backlog_max, WAKE_FLAG_TTL_SECONDS]
        return ScriptCall(number, keys, arguments)

    def trust_buyer(self, purchase: Purchase) -> None:
        """Let the partition of the item know a buyer who may buy, unless the session was dismissed meanwhile."""
        number = _partition(purchase.tenant_id, purchase.item_id)
        name = _buyer_key(number, purchase.tenant_id, purchase.session_id)
        self._client(number).set(name, "1", ex=self.buyer.ttl, nx=True)

    def revoke_buyer(self, tenant_id: int, session_ids: Collection[UUID]) -> None:
        """Let no partition know the buyer of an ended session any more; raises RedisError."""
        life = str(int(BUYER_TTL.total_seconds()))
        places = [(number, _buyer_key(number, tenant_id, it)) for it in session_ids for number in range(PARTITIONS)]
        self._execute_all([(number, "SET", name, "0", "EX", life) for number, name in places])

    def find_reservation(self, tenant_id: int, item_id: int, order_id: UUID) -> Reservation | None:
        """The receipt of a purchase of that item."""
        number = _partition(tenant_id, item_id)
        text = self._client(number).get(self._receipt_key(number, order_id))
        return parse_reservation(text) if text else None

    def search_reservation(self, order_id: UUID) -> Reservation | None:
        """The receipt of a purchase of whatever item of the tenant: a look into every partition."""
        found = self._execute_all(
            [(number, "GET", self._receipt_key(number, order_id)) for number in range(PARTITIONS)]
        )
        # No tenant stands in the key of a receipt: whose it is, it says itself.
        receipts = (parse_reservation(text) for text in found if text)
        return next((receipt for receipt in receipts if receipt.tenant_id == current_tenant()), None)

    def entries(self, number: int, after: str | None = None, limit: int = BATCH) -> OutboxPage:
        """The next entries of an outbox, oldest first."""
        start = f"({after}" if after else "-"
        found = self._client(number).xrange(self.outbox(partition=_tag(number)), start, count=limit)
        texts = {entry_id: fields.get("r", str(fields)) for entry_id, fields in found}
        read = {entry_id: _parse_or_none("P|" + text) for entry_id, text in texts.items()}
        return OutboxPage(
            [OutboxEntry(entry_id, reservation) for entry_id, reservation in read.items() if reservation],
            {entry_id: texts[entry_id] for entry_id, reservation in read.items() if not reservation},
            next(reversed(texts), None),
        )

    def find_entry(self, number: int, entry_id: str) -> OutboxEntry | None:
        """An entry of an outbox that can be read."""
        found = self._client(number).xrange(self.outbox(partition=_tag(number)), entry_id, entry_id)
        reservation = _parse_or_none("P|" + found[0][1].get("r", "")) if found else None
        return OutboxEntry(entry_id, reservation) if reservation else None

    def iterate_entries(self, number: int) -> Iterator[OutboxEntry]:
        """Every entry of an outbox that can be read, page by page."""
        page = self.entries(number)
        while page.last_id:
            yield from page.entries
            page = self.entries(number, page.last_id)

    def finalize(self, number: int, entries: Sequence[OutboxEntry], doubled: Collection[str]) -> int:
        """Take written entries out of the outbox and confirm their receipts; how many this call took out.

        A doubled entry (by its id) reserved for an order that was written from another one: its pieces go back.
        """
        keys, arguments = [self.outbox(partition=_tag(number))], [str(RECEIPT_TTL_SECONDS)]
        for entry_id, reservation in entries:
            keys += self._reservation_keys(number, reservation)
            back = reservation.quantity if entry_id in doubled else 0
            told = (entry_id, reservation.quantity, reservation.epoch, back, reservation.user_id)
            arguments += map(str, told)
        return int(_finalize(self._client(number), keys, arguments))

    def readmit(self, number: int, entry: OutboxEntry, epoch: int) -> ReadmitOutcome:
        """Count an entry of an older epoch anew."""
        entry_id, reservation = entry
        item, receipt, limit = self._reservation_keys(number, reservation)
        keys = [item, self.outbox(partition=_tag(number)), receipt, limit]
        told = [entry_id, reservation.quantity, reservation.body, RECEIPT_TTL_SECONDS, epoch, reservation.user_id]
        return ReadmitOutcome(_readmit(self._client(number), keys, told))

    def dead_letter(self, number: int, entry_id: str, text: str, reason: str) -> bool:
        """Make a dead letter of an entry that can never be written; False when it was gone."""
        reservation = _parse_or_none("P|" + text)
        keys = [self.outbox(partition=_tag(number)), self.dead_letter_stream(partition=_tag(number))]
        keys += [self._receipt_key(number, reservation.order_id)] if reservation else []
        return bool(_dead_letter(self._client(number), keys, [entry_id, text, reason]))

    def dead_letters(self, number: int) -> list[DeadLetter]:
        """What was set aside in a partition, oldest first."""
        found = self._client(number).xrange(self.dead_letter_stream(partition=_tag(number)))
        return [DeadLetter(letter_id, fields.get("r", ""), fields.get("why", "")) for letter_id, fields in found]

    def replay(self, number: int, letter: DeadLetter) -> bool:
        """Put a dead letter back into the outbox; False when it was gone or cannot be read."""
        reservation = letter.reservation
        if reservation is None:
            return False
        item, receipt, _ = self._reservation_keys(number, reservation)
        keys = [self.dead_letter_stream(partition=_tag(number)), self.outbox(partition=_tag(number)), item, receipt]
        return bool(_replay(self._client(number), keys, [letter.letter_id, reservation.body, *reservation.position]))

    def discard(self, number: int, letter: DeadLetter) -> bool:
        """Reject a dead letter for good, its pieces go back; False when it was gone."""
        keys, told = (
            [self.dead_letter_stream(partition=_tag(number))],
            [letter.letter_id, letter.text, RECEIPT_TTL_SECONDS],
        )
        if reservation := letter.reservation:
            keys += self._reservation_keys(number, reservation)
            told += [reservation.quantity, reservation.epoch, reservation.user_id]
        return bool(_discard(self._client(number), keys, told))

    def reset_wake_flag(self, number: int) -> None:
        """Let the next purchase of the partition wake a drain again."""
        self._client(number).delete(self.wake_flag(partition=_tag(number)))

    def find_oldest_age(self, number: int) -> float | None:
        """Seconds the oldest entry of an outbox has waited, by the clock of its server; None when it is empty."""
        backlog = self.backlog(number)
        return backlog.oldest_seconds if backlog.waiting else None

    def backlog(self, number: int) -> Backlog:
        """What waits in a partition, by the clock of its server."""
        return self._backlogs([number])[0]

    def backlogs(self) -> list[Backlog]:
        """What waits in each partition: one round trip to each server."""
        return self._backlogs(range(PARTITIONS))

    def _backlogs(self, numbers: Iterable[int]) -> list[Backlog]:
        questions: list[tuple[int, *tuple[str, ...]]] = []
        for number in numbers:
            outbox, dead = self.outbox(partition=_tag(number)), self.dead_letter_stream(partition=_tag(number))
            questions += [(number, "XRANGE", outbox, "-", "+", "COUNT", "1"), (number, "XLEN", outbox)]
            questions += [(number, "XLEN", dead), (number, "TIME")]
        answers = iter(self._execute_all(questions))
        return [_parse_backlog(*four) for four in zip(answers, answers, answers, answers, strict=True)]

    def store_reconciled_at(self, moment: float) -> None:
        """Remember when the stores were last compared, in seconds since 1970."""
        self.stores.cache.set(self.reconciled_at(), str(moment))

    def find_reconciled_at(self) -> float | None:
        """When that was."""
        found: Any = self.stores.cache.get(self.reconciled_at())
        return float(found) if found else None

    def server_time(self, number: int) -> int:
        """Milliseconds since 1970 by the clock of a partition's server, which its entries are named after."""
        seconds, microseconds = self._client(number).time()
        return int(seconds * 1000 + microseconds // 1000)

    def claim_load_request(self, tenant_id: int, item_id: int) -> bool:
        """Whether nobody else asked for this load in the last seconds."""
        number = _partition(tenant_id, item_id)
        key = self.load_request(partition=_tag(number), tenant=tenant_id, item=item_id)
        return bool(self._client(number).set(key, "1", nx=True, ex=LOAD_REQUEST_TTL_SECONDS))

    def claim(self, tenant_id: int, item_id: int, claim: Claim) -> None:
        """Close the gate of an item; only this claim's token may open it again."""
        number, item, *_ = _item_keys(tenant_id, item_id)
        _claim(self._client(number), [item], [claim.token, claim.moment, int(claim.data_lost)])

    def open(self, tenant_id: int, item_id: int, token: str, opening: GateOpening) -> bool:
        """Begin the epoch that MySQL says; False when somebody claimed the item after us. Nobody buys yet."""
        number, item, _, limit, _ = _item_keys(tenant_id, item_id)
        arguments: list[Any] = [
            token,
            *opening[:4],
            opening.max_per_user or "",
            opening.adj_seq,
            int(opening.has_orders),
        ]
        for user_id, units in opening.units.items():
            arguments += [user_id, units]
        return bool(_open(self._client(number), [item, limit], arguments))

    def open_to_buyers(self, tenant_id: int, item_id: int, token: str, state: GateState) -> bool:
        """End a load; False when somebody claimed the item after us."""
        number, item, *_ = _item_keys(tenant_id, item_id)
        return bool(_open_to_buyers(self._client(number), [item], [token, state]))

    def state(self, tenant_id: int, item_id: int) -> Mapping[str, str]:
        """Everything Redis holds of an item; empty when it was never loaded."""
        number, item, *_ = _item_keys(tenant_id, item_id)
        return dict(self._client(number).hgetall(item))

    def states(self, items: Sequence[tuple[int, int]]) -> list[Mapping[str, str]]:
        """The same of many (tenant, item), in their order."""
        places = [_item_keys(tenant_id, item_id) for tenant_id, item_id in items]
        return self._execute_all([(number, "HGETALL", item) for number, item, *_ in places])

    def snapshot(self, tenant_id: int, item_id: int) -> tuple[Mapping[str, str], int]:
        """Everything Redis holds of an item, and how many entries and dead letters its partition has: one moment."""
        number, item, outbox, *_ = _item_keys(tenant_id, item_id)
        pipe = self._client(number).pipeline(transaction=True)
        gate, waiting, dead = (
            pipe.hgetall(item).xlen(outbox).xlen(self.dead_letter_stream(partition=_tag(number))).execute()
        )
        return gate, waiting + dead

    def apply(self, tenant_id: int, item_id: int, credit: CreditNote) -> CreditOutcome:
        """Let a credit that MySQL has reach the sale, once and in order."""
        number, item, _, limit, _ = _item_keys(tenant_id, item_id)
        told = [credit.adj_seq, credit.pieces, credit.epoch, credit.user_id or ""]
        return CreditOutcome(_apply(self._client(number), [item, limit], told))

    def take(self, tenant_id: int, item_id: int, withdrawal: Withdrawal) -> tuple[WithdrawalOutcome, int]:
        """Take pieces out of the sale before MySQL does: how that went, and what can be bought."""
        number, item, *_ = _item_keys(tenant_id, item_id)
        keys = [item, self.applied_adjustment(partition=_tag(number), adjustment=withdrawal.ref)]
        seen = "" if withdrawal.expected_stock is None else withdrawal.expected_stock
        outcome, left = _take(
            self._client(number), keys, [withdrawal.pieces, seen, withdrawal.epoch, ADJUSTMENT_TTL_SECONDS]
        )
        return WithdrawalOutcome(outcome), int(left)

    def find_available(self, items: Sequence[tuple[int, int]]) -> dict[int, int]:
        """Item id -> what can be bought now, of those (tenant, item) that are open; nothing without Redis."""
        places = [_item_keys(tenant_id, item_id) for tenant_id, item_id in items]
        try:
            found = self._execute_all([(number, "HMGET", item, "state", "avail") for number, item, *_ in places])
        except RedisError:
            return {}
        gates = zip(items, found, strict=True)
        return {
            item_id: int(avail)
            for (_, item_id), (state, avail) in gates
            # One whose count is nonsense tells nothing; the reconciliation mends it.
            if state == GateState.OPEN and _COUNT_PATTERN.fullmatch(avail or "")
        }

    def scan_receipts(self) -> Iterator[str]:
        """Every receipt there is, for the audit: as text, since there may be a million."""
        for server in self.stores.stock_servers:
            client: Any = server
            found = client.scan_iter("{p*}:receipt:*", count=SCAN_COUNT)
            while keys := list(islice(found, SCAN_COUNT)):
                yield from filter(None, client.mget(keys))

    def _client(self, number: int) -> Any:
        # Any: redis-py types its answers for text, bytes and coroutines at once.
        return self.stores.stock(number)

    def _execute_all(self, commands: Sequence[tuple[int, *tuple[str, ...]]]) -> list[Any]:
        """The answers to (partition, command, argument...) in order: one round trip to each server."""
        pipes: dict[int, Any] = {}
        for number, *command in commands:
            client = self._client(number)
            pipes.setdefault(id(client), client.pipeline(transaction=False)).execute_command(*command)
        answers = {server: iter(pipe.execute()) for server, pipe in pipes.items()}
        return [next(answers[id(self._client(number))]) for number, *_ in commands]

    def _reservation_keys(self, number: int, reservation: Reservation) -> list[str]:
        # Item, receipt and limit of a reservation.
        _, item, _, limit, _ = _item_keys(reservation.tenant_id, reservation.item_id)
        return [item, self._receipt_key(number, reservation.order_id), limit]

    def _receipt_key(self, number: int, order_id: UUID) -> str:
        return self.receipt(partition=_tag(number), order=order_id)


def _parse_backlog(found: Any, waiting: int, dead: int, now: tuple[int, int]) -> Backlog:
    began = int(found[0][0].split("-")[0]) / 1e3 if found else 0.0
    return Backlog(waiting, now[0] + now[1] / 1e6 - began if found else 0.0, dead)


def _tag(number: int) -> str:
    return f"{number:02}"


@lru_cache(maxsize=10_000)
def _partition(tenant_id: int, item_id: int) -> int:
    return crc32(f"{tenant_id}:{item_id}".encode()) % PARTITIONS


def _buyer_key(number: int, tenant_id: int, session_id: UUID) -> str:
    return StockCacheManager.buyer(partition=_tag(number), tenant=tenant_id, session=session_id)


@lru_cache(maxsize=10_000)
def _item_keys(tenant_id: int, item_id: int) -> tuple[int, str, str, str, str]:
    number = _partition(tenant_id, item_id)
    tag, stock = _tag(number), StockCacheManager
    return (
        number,
        stock.item(partition=tag, tenant=tenant_id, item=item_id),
        stock.outbox(partition=tag),
        stock.limit(partition=tag, tenant=tenant_id, item=item_id),
        stock.wake_flag(partition=tag),
    )
