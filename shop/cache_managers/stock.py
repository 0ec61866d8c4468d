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

from shop.constants.stock import BATCH, PARTITIONS, Credit, GateState, Outcome, Readmission, Taking
from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.clock import at_microseconds
from shop.core.idempotency.record import Ticket
from shop.core.rate_limiting.limiter import COUNTING
from shop.core.rate_limiting.windows import Told
from shop.core.redis.script import Script
from shop.core.redis.stores import RedisError
from shop.core.tenant import current_tenant

RECEIPT_LIFE_SECONDS = 24 * 3600
TAKEN_LIFE_SECONDS = 3600
WAKE_LIFE_SECONDS = 30
BUYER_LIFE = timedelta(hours=1)
LOAD_LIFE_SECONDS = 5
SCAN = 1000
_COUNT = re.compile(r"-?[0-9]{1,18}")
_LUA = Path(__file__).parent / "lua"
_reserve = Script(_LUA / "reserve.lua", COUNTING)
_finalize, _readmit = (Script(_LUA / f"{name}.lua") for name in ("finalize", "readmit"))
_claim, _open, _let_in = (Script(_LUA / f"{name}.lua") for name in ("claim", "open_gate", "let_in"))
_apply, _take = (Script(_LUA / f"{name}.lua") for name in ("apply", "take"))
_set_aside, _replay, _discard = (Script(_LUA / f"{name}.lua") for name in ("set_aside", "replay", "discard"))


class Purchase(NamedTuple):
    """One wish to buy, from a session. `moment` is in microseconds since 1970; with a `ticket` it may be sent again."""

    order_id: UUID
    tenant_id: int
    item_id: int
    user_id: int
    quantity: int
    moment: int
    ticket: Ticket | None
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
    def place(self) -> tuple[int, int]:
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


class Question(NamedTuple):
    """A purchase as reserve.lua is asked for it, whoever answers in its place: the partition, KEYS and ARGV."""

    number: int
    keys: list[str]
    arguments: list[Any]


class Reserved(NamedTuple):
    """The answer of RESERVE. `left`: pieces or the limit, where it was refused; `wake`: this call woke the drain.

    `forgot`: the moment, in microseconds, at which the item's receipts were lost; 0 when they were not.
    `asked`: what the key of a REUSED purchase was used for. `spent`: how the buyer's limit stands, if it was counted.
    """

    outcome: Outcome
    reservation: Reservation | None
    left: int
    wake: bool
    forgot: int
    asked: str = ""
    spent: tuple[int, ...] = ()


class Entry(NamedTuple):
    """A reservation waiting in an outbox."""

    entry_id: str
    reservation: Reservation


class Page(NamedTuple):
    """Some entries of an outbox; `last` is the id of the last one, None when there were none.

    `garbled`: entry id -> what stands there instead of a reservation.
    """

    entries: list[Entry]
    garbled: Mapping[str, str]
    last: str | None


class Backlog(NamedTuple):
    """What waits in a partition: orders, seconds since the oldest of them was promised, and dead letters."""

    waiting: int
    oldest: float
    dead: int


class DeadLetter(NamedTuple):
    """An entry that can never be written, and why; no reservation when it cannot be read."""

    letter_id: str
    text: str
    why: str

    @property
    def reservation(self) -> Reservation | None:
        """What was promised."""
        return _read_or_none("D|" + self.text)


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
    seen: int | None
    epoch: int


class Claim(NamedTuple):
    """The right to open a gate. `moment`: in microseconds; `wrong`: Redis said something else than MySQL."""

    token: str
    moment: int
    wrong: bool = False


class Opening(NamedTuple):
    """What MySQL says about an item when its gate opens. `sold`: it has orders, whose receipts may be lost."""

    stock: int
    epoch: int
    price_minor: int
    currency: str
    max_per_user: int | None
    adj_seq: int
    units: Mapping[int, int]
    state: GateState = GateState.OPEN
    sold: bool = True


def read_reservation(text: str) -> Reservation:
    """Parse `state|order|tenant|item|user|quantity|price|currency|moment|epoch|seq`."""
    state, order, tenant, item, user, quantity, price, currency, moment, epoch, seq = text.split("|")
    return Reservation(
        state, UUID(order), int(tenant), int(item), int(user), int(quantity), int(price), currency, int(moment),
        int(epoch), int(seq),
    )  # fmt: skip


def _read_or_none(text: str) -> Reservation | None:
    try:
        reservation = read_reservation(text)
        # A moment that no calendar has would stop whoever writes it down.
        at_microseconds(reservation.moment)
    except (ValueError, OverflowError):
        return None
    return reservation


def read_answer(answer: Sequence[Any]) -> Reserved:
    """Parse what RESERVE answers: outcome, receipt (or when receipts were lost), number, and what was counted."""
    outcome, text, count, *spent = answer
    if outcome in (Outcome.RESERVED, Outcome.DUPLICATE):
        woke = outcome == Outcome.RESERVED and count == 1
        return Reserved(Outcome(outcome), read_reservation(text), count, wake=woke, forgot=0, spent=tuple(spent))
    asked = text.partition("|")[2] if outcome == Outcome.REUSED else ""
    forgot = 0 if outcome == Outcome.REUSED else int(text or 0)
    return Reserved(Outcome(outcome), None, count, wake=False, forgot=forgot, asked=asked, spent=tuple(spent))


@dataclass(frozen=True)
class StockCacheManager(CacheManager):
    """What can be bought now, and what was bought but is not written yet."""

    item = Key("{{p{partition}}}:item:{tenant}:{item}")
    outbox = Key("{{p{partition}}}:outbox")
    receipt = Key("{{p{partition}}}:receipt:{order}")
    limit = Key("{{p{partition}}}:limit:{tenant}:{item}")
    wake = Key("{{p{partition}}}:wake")
    # A copy in each partition: RESERVE asks for the buyer's session in the round trip it makes anyway.
    buyer = Key("{{p{partition}}}:buyer:{tenant}:{session}", ttl=BUYER_LIFE)
    load = Key("{{p{partition}}}:load:{tenant}:{item}")
    dead = Key("{{p{partition}}}:dead")
    taken = Key("{{p{partition}}}:taken:{adjustment}")
    compared = Key("stock:compared")

    def partition(self, tenant_id: int, item_id: int) -> int:
        """The partition of an item."""
        return _partition(tenant_id, item_id)

    def reserve(
        self, purchase: Purchase, backlog_max: int, asked: str | None = None, told: Told | None = None
    ) -> Reserved:
        """Take the pieces, or say why not: one script, one round trip, safe to repeat.

        `asked`: where the same server remembers what the purchase's key was used for. `told`: where it counts the
        buyer's purchases, and refuses those that are too many.
        """
        number, keys, arguments = self.question(purchase, backlog_max)
        if asked and purchase.ticket:
            keys.append(asked)
            arguments += [f"|{purchase.ticket.asks.text}", purchase.ticket.ttl]
        else:
            arguments += ["", 0]
        if told:
            keys.append(told.key)
            arguments += told.words
        return read_answer(_reserve(self._client(number), keys, arguments))

    def stands_with_cache(self, purchase: Purchase) -> bool:
        """Whether the partition is on the server of the cache, so that one script may use both."""
        return self._client(_partition(purchase.tenant_id, purchase.item_id)) is self.stores.cache

    def question(self, purchase: Purchase, backlog_max: int) -> Question:
        """What RESERVE is asked."""
        number, item, outbox, limit, wake = _places(purchase.tenant_id, purchase.item_id)
        buyer = _buyer(number, purchase.tenant_id, purchase.session_id)
        keys = [item, outbox, self._receipt(number, purchase.order_id), limit, wake, buyer]
        arguments = [str(purchase.order_id), *purchase[1:6], backlog_max, WAKE_LIFE_SECONDS]
        return Question(number, keys, arguments)

    def introduce(self, purchase: Purchase) -> None:
        """Let the partition of the item know a buyer who may buy, unless the session was dismissed meanwhile."""
        number = _partition(purchase.tenant_id, purchase.item_id)
        name = _buyer(number, purchase.tenant_id, purchase.session_id)
        self._client(number).set(name, "1", ex=self.buyer.ttl, nx=True)

    def dismiss(self, tenant_id: int, session_ids: Collection[UUID]) -> None:
        """Let no partition know the buyer of an ended session any more; raises RedisError."""
        life = str(int(BUYER_LIFE.total_seconds()))
        places = [(number, _buyer(number, tenant_id, it)) for it in session_ids for number in range(PARTITIONS)]
        self._ask([(number, "SET", name, "0", "EX", life) for number, name in places])

    def find_reservation(self, tenant_id: int, item_id: int, order_id: UUID) -> Reservation | None:
        """The receipt of a purchase of that item."""
        number = _partition(tenant_id, item_id)
        text = self._client(number).get(self._receipt(number, order_id))
        return read_reservation(text) if text else None

    def search_reservation(self, order_id: UUID) -> Reservation | None:
        """The receipt of a purchase of whatever item of the tenant: a look into every partition."""
        found = self._ask([(number, "GET", self._receipt(number, order_id)) for number in range(PARTITIONS)])
        # No tenant stands in the key of a receipt: whose it is, it says itself.
        receipts = (read_reservation(text) for text in found if text)
        return next((receipt for receipt in receipts if receipt.tenant_id == current_tenant()), None)

    def entries(self, number: int, after: str | None = None, most: int = BATCH) -> Page:
        """The next entries of an outbox, oldest first."""
        start = f"({after}" if after else "-"
        found = self._client(number).xrange(self.outbox(partition=_tag(number)), start, count=most)
        texts = {entry_id: fields.get("r", str(fields)) for entry_id, fields in found}
        read = {entry_id: _read_or_none("P|" + text) for entry_id, text in texts.items()}
        return Page(
            [Entry(entry_id, reservation) for entry_id, reservation in read.items() if reservation],
            {entry_id: texts[entry_id] for entry_id, reservation in read.items() if not reservation},
            next(reversed(texts), None),
        )

    def find_entry(self, number: int, entry_id: str) -> Entry | None:
        """An entry of an outbox that can be read."""
        found = self._client(number).xrange(self.outbox(partition=_tag(number)), entry_id, entry_id)
        reservation = _read_or_none("P|" + found[0][1].get("r", "")) if found else None
        return Entry(entry_id, reservation) if reservation else None

    def entries_all(self, number: int) -> Iterator[Entry]:
        """Every entry of an outbox that can be read, page by page."""
        page = self.entries(number)
        while page.last:
            yield from page.entries
            page = self.entries(number, page.last)

    def finalize(self, number: int, entries: Sequence[Entry], doubled: Collection[str]) -> int:
        """Take written entries out of the outbox and confirm their receipts; how many this call took out.

        A doubled entry (by its id) reserved for an order that was written from another one: its pieces go back.
        """
        keys, arguments = [self.outbox(partition=_tag(number))], [str(RECEIPT_LIFE_SECONDS)]
        for entry_id, reservation in entries:
            keys += self._keys(number, reservation)
            back = reservation.quantity if entry_id in doubled else 0
            told = (entry_id, reservation.quantity, reservation.epoch, back, reservation.user_id)
            arguments += map(str, told)
        return int(_finalize(self._client(number), keys, arguments))

    def readmit(self, number: int, entry: Entry, epoch: int) -> Readmission:
        """Count an entry of an older epoch anew."""
        entry_id, reservation = entry
        item, receipt, limit = self._keys(number, reservation)
        keys = [item, self.outbox(partition=_tag(number)), receipt, limit]
        told = [entry_id, reservation.quantity, reservation.body, RECEIPT_LIFE_SECONDS, epoch, reservation.user_id]
        return Readmission(_readmit(self._client(number), keys, told))

    def set_aside(self, number: int, entry_id: str, text: str, why: str) -> bool:
        """Make a dead letter of an entry that can never be written; False when it was gone."""
        reservation = _read_or_none("P|" + text)
        keys = [self.outbox(partition=_tag(number)), self.dead(partition=_tag(number))]
        keys += [self._receipt(number, reservation.order_id)] if reservation else []
        return bool(_set_aside(self._client(number), keys, [entry_id, text, why]))

    def dead_letters(self, number: int) -> list[DeadLetter]:
        """What was set aside in a partition, oldest first."""
        found = self._client(number).xrange(self.dead(partition=_tag(number)))
        return [DeadLetter(letter_id, fields.get("r", ""), fields.get("why", "")) for letter_id, fields in found]

    def replay(self, number: int, letter: DeadLetter) -> bool:
        """Put a dead letter back into the outbox; False when it was gone or cannot be read."""
        reservation = letter.reservation
        if reservation is None:
            return False
        item, receipt, _ = self._keys(number, reservation)
        keys = [self.dead(partition=_tag(number)), self.outbox(partition=_tag(number)), item, receipt]
        return bool(_replay(self._client(number), keys, [letter.letter_id, reservation.body, *reservation.place]))

    def discard(self, number: int, letter: DeadLetter) -> bool:
        """Reject a dead letter for good, its pieces go back; False when it was gone."""
        keys, told = [self.dead(partition=_tag(number))], [letter.letter_id, letter.text, RECEIPT_LIFE_SECONDS]
        if reservation := letter.reservation:
            keys += self._keys(number, reservation)
            told += [reservation.quantity, reservation.epoch, reservation.user_id]
        return bool(_discard(self._client(number), keys, told))

    def sleep(self, number: int) -> None:
        """Let the next purchase of the partition wake a drain again."""
        self._client(number).delete(self.wake(partition=_tag(number)))

    def oldest(self, number: int) -> float | None:
        """Seconds the oldest entry of an outbox has waited, by the clock of its server; None when it is empty."""
        backlog = self.backlog(number)
        return backlog.oldest if backlog.waiting else None

    def backlog(self, number: int) -> Backlog:
        """What waits in a partition, by the clock of its server."""
        return self._backlogs([number])[0]

    def backlogs(self) -> list[Backlog]:
        """What waits in each partition: one round trip to each server."""
        return self._backlogs(range(PARTITIONS))

    def _backlogs(self, numbers: Iterable[int]) -> list[Backlog]:
        questions: list[tuple[int, *tuple[str, ...]]] = []
        for number in numbers:
            outbox, dead = self.outbox(partition=_tag(number)), self.dead(partition=_tag(number))
            questions += [(number, "XRANGE", outbox, "-", "+", "COUNT", "1"), (number, "XLEN", outbox)]
            questions += [(number, "XLEN", dead), (number, "TIME")]
        answers = iter(self._ask(questions))
        return [_read_backlog(*four) for four in zip(answers, answers, answers, answers, strict=True)]

    def note_reconciled(self, moment: float) -> None:
        """Remember when the stores were last compared, in seconds since 1970."""
        self.stores.cache.set(self.compared(), str(moment))

    def reconciled(self) -> float | None:
        """When that was."""
        found: Any = self.stores.cache.get(self.compared())
        return float(found) if found else None

    def moment(self, number: int) -> int:
        """Milliseconds since 1970 by the clock of a partition's server, which its entries are named after."""
        seconds, microseconds = self._client(number).time()
        return int(seconds * 1000 + microseconds // 1000)

    def ask_load(self, tenant_id: int, item_id: int) -> bool:
        """Whether nobody else asked for this load in the last seconds."""
        number = _partition(tenant_id, item_id)
        key = self.load(partition=_tag(number), tenant=tenant_id, item=item_id)
        return bool(self._client(number).set(key, "1", nx=True, ex=LOAD_LIFE_SECONDS))

    def claim(self, tenant_id: int, item_id: int, claim: Claim) -> None:
        """Close the gate of an item; only this claim's token may open it again."""
        number, item, *_ = _places(tenant_id, item_id)
        _claim(self._client(number), [item], [claim.token, claim.moment, int(claim.wrong)])

    def open(self, tenant_id: int, item_id: int, token: str, opening: Opening) -> bool:
        """Begin the epoch that MySQL says; False when somebody claimed the item after us. Nobody buys yet."""
        number, item, _, limit, _ = _places(tenant_id, item_id)
        arguments: list[Any] = [token, *opening[:4], opening.max_per_user or "", opening.adj_seq, int(opening.sold)]
        for user_id, units in opening.units.items():
            arguments += [user_id, units]
        return bool(_open(self._client(number), [item, limit], arguments))

    def let_in(self, tenant_id: int, item_id: int, token: str, state: GateState) -> bool:
        """End a load; False when somebody claimed the item after us."""
        number, item, *_ = _places(tenant_id, item_id)
        return bool(_let_in(self._client(number), [item], [token, state]))

    def state(self, tenant_id: int, item_id: int) -> Mapping[str, str]:
        """Everything Redis holds of an item; empty when it was never loaded."""
        number, item, *_ = _places(tenant_id, item_id)
        return dict(self._client(number).hgetall(item))

    def states(self, items: Sequence[tuple[int, int]]) -> list[Mapping[str, str]]:
        """The same of many (tenant, item), in their order."""
        places = [_places(tenant_id, item_id) for tenant_id, item_id in items]
        return self._ask([(number, "HGETALL", item) for number, item, *_ in places])

    def look(self, tenant_id: int, item_id: int) -> tuple[Mapping[str, str], int]:
        """Everything Redis holds of an item, and how many entries and dead letters its partition has: one moment."""
        number, item, outbox, *_ = _places(tenant_id, item_id)
        pipe = self._client(number).pipeline(transaction=True)
        gate, waiting, dead = pipe.hgetall(item).xlen(outbox).xlen(self.dead(partition=_tag(number))).execute()
        return gate, waiting + dead

    def apply(self, tenant_id: int, item_id: int, credit: CreditNote) -> Credit:
        """Let a credit that MySQL has reach the sale, once and in order."""
        number, item, _, limit, _ = _places(tenant_id, item_id)
        told = [credit.adj_seq, credit.pieces, credit.epoch, credit.user_id or ""]
        return Credit(_apply(self._client(number), [item, limit], told))

    def take(self, tenant_id: int, item_id: int, wish: Withdrawal) -> tuple[Taking, int]:
        """Take pieces out of the sale before MySQL does: how that went, and what can be bought."""
        number, item, *_ = _places(tenant_id, item_id)
        keys = [item, self.taken(partition=_tag(number), adjustment=wish.ref)]
        seen = "" if wish.seen is None else wish.seen
        outcome, left = _take(self._client(number), keys, [wish.pieces, seen, wish.epoch, TAKEN_LIFE_SECONDS])
        return Taking(outcome), int(left)

    def find_available(self, items: Sequence[tuple[int, int]]) -> dict[int, int]:
        """Item id -> what can be bought now, of those (tenant, item) that are open; nothing without Redis."""
        places = [_places(tenant_id, item_id) for tenant_id, item_id in items]
        try:
            found = self._ask([(number, "HMGET", item, "state", "avail") for number, item, *_ in places])
        except RedisError:
            return {}
        gates = zip(items, found, strict=True)
        return {
            item_id: int(avail)
            for (_, item_id), (state, avail) in gates
            # One whose count is nonsense tells nothing; the reconciliation mends it.
            if state == GateState.OPEN and _COUNT.fullmatch(avail or "")
        }

    def receipts(self) -> Iterator[str]:
        """Every receipt there is, for the audit: as text, since there may be a million."""
        for server in self.stores.stock_servers:
            client: Any = server
            found = client.scan_iter("{p*}:receipt:*", count=SCAN)
            while keys := list(islice(found, SCAN)):
                yield from filter(None, client.mget(keys))

    def _client(self, number: int) -> Any:
        # Any: redis-py types its answers for text, bytes and coroutines at once.
        return self.stores.stock(number)

    def _ask(self, questions: Sequence[tuple[int, *tuple[str, ...]]]) -> list[Any]:
        """The answers to (partition, command, argument...) in order: one round trip to each server."""
        pipes: dict[int, Any] = {}
        for number, *command in questions:
            client = self._client(number)
            pipes.setdefault(id(client), client.pipeline(transaction=False)).execute_command(*command)
        answers = {server: iter(pipe.execute()) for server, pipe in pipes.items()}
        return [next(answers[id(self._client(number))]) for number, *_ in questions]

    def _keys(self, number: int, reservation: Reservation) -> list[str]:
        # Item, receipt and limit of a reservation.
        _, item, _, limit, _ = _places(reservation.tenant_id, reservation.item_id)
        return [item, self._receipt(number, reservation.order_id), limit]

    def _receipt(self, number: int, order_id: UUID) -> str:
        return self.receipt(partition=_tag(number), order=order_id)


def _read_backlog(found: Any, waiting: int, dead: int, now: tuple[int, int]) -> Backlog:
    began = int(found[0][0].split("-")[0]) / 1e3 if found else 0.0
    return Backlog(waiting, now[0] + now[1] / 1e6 - began if found else 0.0, dead)


def _tag(number: int) -> str:
    return f"{number:02}"


@lru_cache(maxsize=10_000)
def _partition(tenant_id: int, item_id: int) -> int:
    return crc32(f"{tenant_id}:{item_id}".encode()) % PARTITIONS


def _buyer(number: int, tenant_id: int, session_id: UUID) -> str:
    return StockCacheManager.buyer(partition=_tag(number), tenant=tenant_id, session=session_id)


@lru_cache(maxsize=10_000)
def _places(tenant_id: int, item_id: int) -> tuple[int, str, str, str, str]:
    number = _partition(tenant_id, item_id)
    tag, stock = _tag(number), StockCacheManager
    return (
        number,
        stock.item(partition=tag, tenant=tenant_id, item=item_id),
        stock.outbox(partition=tag),
        stock.limit(partition=tag, tenant=tenant_id, item=item_id),
        stock.wake(partition=tag),
    )
