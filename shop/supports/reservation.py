"""Records of reservations: what a purchase asks for, what is answered, and what waits to be written."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from shop.constants.stock import ReserveOutcome
from shop.core.clock import from_microseconds
from shop.core.idempotency.record import IdempotencyKey


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
        return read_or_none("D|" + self.text)


def parse_reservation(text: str) -> Reservation:
    """Parse `state|order|tenant|item|user|quantity|price|currency|moment|epoch|seq`."""
    state, order, tenant, item, user, quantity, price, currency, moment, epoch, seq = text.split("|")
    return Reservation(
        state=state,
        order_id=UUID(order),
        tenant_id=int(tenant),
        item_id=int(item),
        user_id=int(user),
        quantity=int(quantity),
        unit_price_minor=int(price),
        currency=currency,
        moment=int(moment),
        epoch=int(epoch),
        seq=int(seq),
    )


def read_or_none(text: str) -> Reservation | None:
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
