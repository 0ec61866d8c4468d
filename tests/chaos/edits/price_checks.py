"""Check of prices: each order has one that was in force while it was bought."""

from collections.abc import Iterator
from math import inf

from tests.chaos.harness.client_log import Op, Operation, Result
from tests.chaos.harness.history import History, Purchase
from tests.support.price_history import PriceHistory


def find_wrong_prices(history: History) -> Iterator[str]:
    """Yield orders at a price that was not in force between the request and its answer.

    Orders that Redis lost are excused, since a repeated request buys them anew.
    """
    prices = read_prices(history)
    for purchase in history.purchases:
        for order in history.find_order_ids(purchase) & history.rows.keys() - set(history.excused):
            row = history.rows[order]
            invoked, ended = _find_times(purchase)
            if row.item in prices and not prices[row.item].was_in_force(row.price, invoked, ended):
                yield f"order {order} has the price {row.price}, which was not in force"
            for price in {attempt.price for attempt in purchase.attempts if attempt.result is Result.OK} - {row.price}:
                yield f"order {order} has the price {row.price}, {price} was answered"


def read_prices(history: History) -> dict[int, PriceHistory]:
    """Return item id -> its prices during the run."""
    prices = {row.item: PriceHistory(row.price) for row in history.items}
    for edit in sorted(history.find_operations(Op.EDIT, Result.OK, Result.UNKNOWN), key=_invoked):
        if edit.request.price is not None:
            answered = edit.ended if edit.result is Result.OK else None
            prices[edit.request.item].add(edit.request.price, edit.invoked, answered)
    return prices


def _find_times(purchase: Purchase) -> tuple[float, float]:
    """Return the first request and the first success, both in seconds."""
    ends = [attempt.ended for attempt in purchase.attempts if attempt.result is Result.OK]
    return min(map(_invoked, purchase.attempts)), min(ends, default=inf)


def _invoked(operation: Operation) -> float:
    return operation.invoked
