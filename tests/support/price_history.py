"""History of the prices of one item, as its editors saw it."""

from math import inf
from typing import NamedTuple


class PriceEdit(NamedTuple):
    """Edit of a price, in the seconds of the editors' clock.

    `answered` is the time of its success; infinite when the outcome is unknown, since it may yet come into force.
    """

    price: int
    invoked: float
    answered: float


class PriceHistory:
    """Prices of an item that several clients may edit at a time.

    Each edit has a price of its own, since equal prices could not be told apart.
    """

    def __init__(self, first_price: int) -> None:
        self._edits = [PriceEdit(first_price, -inf, -inf)]

    def add(self, price: int, invoked: float, answered: float | None) -> None:
        """Add an edit; without the time of an answer its outcome is unknown."""
        self._edits.append(PriceEdit(price, invoked, inf if answered is None else answered))

    def was_in_force(self, price: int, invoked: float, answered: float) -> bool:
        """Return True when a price may have been in force between two moments."""
        own = (edit for edit in self._edits if edit.price == price and edit.invoked <= answered)
        return any(not self._was_replaced(edit, invoked) for edit in own)

    def _was_replaced(self, edit: PriceEdit, moment: float) -> bool:
        """Return True when an edit that began after the answer of this one was answered before the moment."""
        others = (other for other in self._edits if other is not edit)
        return any(edit.answered <= other.invoked and other.answered < moment for other in others)
