"""Checks of prices: each order has one that was in force while it was bought."""

from dataclasses import replace

import pytest

from tests.chaos.harness.client_log import Op, Operation, Request, Result
from tests.chaos.harness.history import History, OrderRow
from tests.chaos.test_history_checks import (
    BEN,
    FAIL,
    ITEM,
    OK,
    PRICE,
    UNKNOWN,
    VALID,
    buys,
    find_violated,
    order_of,
    with_order,
)

# An edit from EDITED to EDITED + 1 sets the price.
NEW_PRICE, EDITED = PRICE + 1, 10.0
LATE = order_of(BEN, ITEM, "late")


def edits(result: Result, price: int | None = NEW_PRICE) -> Operation:
    return Operation(Request("e", Op.EDIT, ITEM, 0, 9, price=price), EDITED, EDITED + 1, result, None)


def priced(price: int, invoked: float, *edit: Operation, answered: int = 0) -> History:
    """Return the history with a purchase of one second at a price, beside an edit."""
    history = with_order(OrderRow(LATE, BEN, ITEM, 1, "confirmed", price))
    purchase = buys(BEN, 1, OK, "late")._replace(invoked=invoked, ended=invoked + 1, price=answered or price)
    return replace(history, operations=[*VALID.operations, purchase, *edit])


ANOMALIES = {
    "an order has the price of before an edit": priced(PRICE, EDITED + 1.1, edits(OK)),
    "an order has the price of a later edit": priced(NEW_PRICE, EDITED - 1.1, edits(OK)),
    "an order has the price of a refused edit": priced(NEW_PRICE, EDITED, edits(FAIL)),
    "an order has a price of no edit": priced(7, EDITED, edits(OK)),
    "an order has another price than its answer": priced(PRICE, 0.0, answered=NEW_PRICE),
}


@pytest.mark.parametrize("anomaly", ANOMALIES)
def test_a_price_that_was_not_in_force_is_reported(anomaly: str) -> None:
    assert find_violated(ANOMALIES[anomaly]) == {"wrong price"}


@pytest.mark.parametrize(
    "history",
    [
        priced(PRICE, EDITED + 0.9, edits(OK)),
        priced(NEW_PRICE, EDITED - 0.9, edits(OK)),
        priced(NEW_PRICE, EDITED + 100, edits(OK)),
        priced(NEW_PRICE, EDITED + 100, edits(UNKNOWN)),
        priced(PRICE, EDITED + 100, edits(UNKNOWN)),
        priced(PRICE, EDITED + 100, edits(FAIL), edits(OK, None)),
    ],
)
def test_a_price_of_any_moment_of_a_purchase_is_valid(history: History) -> None:
    assert find_violated(history) == set()
