"""Records of an item's sale gate: claims, openings, edits, credits and withdrawals."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from shop.constants.stock import GateState

_COUNT, _CURRENCY = re.compile(r"-?[0-9]{1,18}"), re.compile(r"[^|]+")


class Claim(NamedTuple):
    """Right to open a gate.

    `moment` is in microseconds since 1970; `data_lost`: Redis differed from MySQL.
    """

    token: str
    moment: int
    data_lost: bool = False


class GateOpening(NamedTuple):
    """State of an item in MySQL when its gate opens.

    `has_orders`: there are orders, so receipts may have been lost.
    """

    stock: int
    epoch: int
    price_minor: int
    currency: str
    max_per_user: int | None
    adj_seq: int
    units: Mapping[int, int]
    state: GateState = GateState.OPEN
    has_orders: bool = True


class GateValues(NamedTuple):
    """Terms of a sale, which may change while it goes on."""

    price_minor: int
    currency: str
    max_per_user: int | None


class GateEdit(NamedTuple):
    """Edit of the values in an open gate.

    `epoch`: that of the item in MySQL.
    """

    token: str
    epoch: int
    before: GateValues
    after: GateValues


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
    pend: str | None
    deadline: str | None

    @property
    def is_damaged(self) -> bool:
        """True when a count is no number."""
        counts = (self.avail, self.epoch, self.price, self.seq, self.limit or "0", self.pend or "0")
        return not all(_COUNT.fullmatch(text or "") for text in counts) or not _CURRENCY.fullmatch(self.currency or "")


class CreditNote(NamedTuple):
    """Credit of an item: pieces in MySQL to add in Redis.

    `adj_seq`: number of the credit.
    `user_id`: user whose limit gets the pieces back; 0 for none.
    """

    adj_seq: int
    pieces: int
    epoch: int
    user_id: int


class Withdrawal(NamedTuple):
    """Pieces to take out of the sale; 0 pieces only compares.

    `expected_stock`: available pieces as the caller saw them, or None.
    """

    ref: str
    pieces: int
    expected_stock: int | None
    epoch: int


def has_expired(deadline: str | None, server_time: tuple[int, int]) -> bool:
    """Return True for a deadline that has passed or is damaged.

    `deadline` is in microseconds; `server_time` is the result of TIME.
    """
    seconds, micros = server_time
    return not (deadline and deadline.isdecimal()) or seconds * 10**6 + micros >= int(deadline)
