"""Records of purchases, reservations and outbox entries."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from shop.constants.stock import ReserveOutcome
from shop.core.clock import from_microseconds
from shop.supports.reservation.purchase import Purchase, ReceiptSearch

__all__ = ["Purchase", "ReceiptSearch"]


# Pending, confirmed, rejected, dead letter.
STATES = frozenset("PCRD")


class Reservation(NamedTuple):
    """Reserved pieces of one purchase, as stored in receipts and outbox entries.

    `state` is P (pending), C (confirmed), R (rejected) or D (dead letter).
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
        """Epoch and sequence number."""
        return self.epoch, self.seq

    @property
    def body(self) -> str:
        """Text without state, epoch and sequence; unchanged by a readmission."""
        return "|".join(map(str, self[1:9]))

    @property
    def text(self) -> str:
        """Text without the state, as stored in the outbox."""
        return "|".join(map(str, self[1:]))


class ScriptCall(NamedTuple):
    """Call of reserve.lua or of an alternative.

    Partition, KEYS, ARGV and the search of further receipts.
    """

    number: int
    keys: list[str]
    arguments: list[Any]
    search: ReceiptSearch


class ReserveResult(NamedTuple):
    """Result of RESERVE.

    `left`: available pieces, or the limit, of a refusal. `woke_drain`: this call set the wake flag.
    `receipts_lost_at`: time in microseconds at which the item's receipts were lost; 0 when they were not.
    `used_fingerprint`: fingerprint stored for a REUSED key. `counts`: state of the buyer's rate limit, if counted.
    """

    outcome: ReserveOutcome
    reservation: Reservation | None
    left: int
    woke_drain: bool
    receipts_lost_at: int
    used_fingerprint: str = ""
    counts: tuple[int, ...] = ()

    @property
    def is_replay(self) -> bool:
        """True for a purchase that was made before."""
        limited = self.outcome is ReserveOutcome.RATE_LIMITED and self.left > 0
        return limited or self.outcome is ReserveOutcome.DUPLICATE


class OutboxEntry(NamedTuple):
    """Reservation in an outbox."""

    entry_id: str
    reservation: Reservation


class OutboxPage(NamedTuple):
    """Page of outbox entries; `last_id` is None when it is empty.

    `unreadable`: entry id -> content that is no reservation.
    """

    entries: list[OutboxEntry]
    unreadable: Mapping[str, str]
    last_id: str | None


class Backlog(NamedTuple):
    """Backlog of a partition: waiting orders, age of the oldest, dead letters."""

    waiting: int
    oldest_seconds: float
    dead: int


class DeadLetter(NamedTuple):
    """Entry that cannot be written, and the reason."""

    letter_id: str
    text: str
    reason: str

    @property
    def reservation(self) -> Reservation | None:
        """Reservation of the entry; None when it is unreadable."""
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
        if reservation.state not in STATES:
            return None
        # Reject a time outside the calendar here, since the database write would fail later.
        from_microseconds(reservation.moment)
    except (ValueError, OverflowError):
        return None
    return reservation


def parse_reserve_answer(answer: Sequence[Any]) -> ReserveResult:
    """Parse the result of RESERVE.

    Its parts: outcome, receipt (or when receipts were lost), number, rate limit counts.
    """
    outcome, text, count, *counts = answer
    if outcome in (ReserveOutcome.RESERVED, ReserveOutcome.DUPLICATE):
        woke = outcome == ReserveOutcome.RESERVED and count == 1
        return ReserveResult(
            ReserveOutcome(outcome),
            parse_reservation(text),
            count,
            woke_drain=woke,
            receipts_lost_at=0,
            counts=tuple(counts),
        )
    fingerprint = text.partition("|")[2] if outcome == ReserveOutcome.KEY_REUSED else ""
    lost_at = 0 if outcome == ReserveOutcome.KEY_REUSED else int(text or 0)
    return ReserveResult(
        ReserveOutcome(outcome),
        None,
        count,
        woke_drain=False,
        receipts_lost_at=lost_at,
        used_fingerprint=fingerprint,
        counts=tuple(counts),
    )
