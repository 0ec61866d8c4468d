"""Records of an item's gate: how it is closed and opened, and how pieces come and go."""

from collections.abc import Mapping
from typing import NamedTuple

from shop.constants.stock import GateState


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
