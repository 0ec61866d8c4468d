"""Records of an item's sale gate: claims, openings, credits and withdrawals."""

from collections.abc import Mapping
from typing import NamedTuple

from shop.constants.stock import GateState


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
