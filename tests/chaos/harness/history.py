"""History of a run: client log and database rows."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from tests.chaos.harness.client_log import Op, Operation, Result


class OrderRow(NamedTuple):
    """Row of an order."""

    order: str
    user: int
    item: int
    quantity: int
    status: str
    price: int

    @property
    def subject(self) -> tuple[int, int, int]:
        """User, item and quantity."""
        return self.user, self.item, self.quantity


class ItemRow(NamedTuple):
    """Row of an item: initial stock, current stock, limit and first price."""

    item: int
    initial: int
    stock: int
    limit: int | None
    price: int


@dataclass(frozen=True)
class Purchase:
    """All attempts with the same key, or one without a key."""

    key: str | None
    attempts: list[Operation] = field(default_factory=list)

    @property
    def result(self) -> Result:
        """Result of the purchase.

        `ok` if any attempt is; `fail` only if all attempts are, since others may have had an effect.
        """
        results = {attempt.result for attempt in self.attempts}
        return next(result for result in (Result.OK, Result.UNKNOWN, Result.FAIL) if result in results)

    @property
    def answers(self) -> set[str]:
        """Orders returned to the buyer; at most one in a valid history."""
        return {attempt.answer for attempt in self.attempts if attempt.result is Result.OK and attempt.answer}

    @property
    def subject(self) -> tuple[int, int, int]:
        """User, item and quantity."""
        request = self.attempts[0].request
        return request.user, request.item, request.quantity


@dataclass(frozen=True)
class History:
    """Client log and database rows of a run.

    `order_of`: order id of a purchase with a key; `excused`: orders that were not written yet when Redis was flushed;
    `rejected`: orders with a rejected receipt.
    """

    operations: Sequence[Operation]
    orders: Sequence[OrderRow]
    items: Sequence[ItemRow]
    order_of: Callable[[int, int, str], str]
    excused: Collection[str] = ()
    rejected: Collection[str] = ()

    @cached_property
    def purchases(self) -> list[Purchase]:
        """Purchases in the order of their first attempt."""
        by_key: dict[str, Purchase] = {}
        all_purchases: list[Purchase] = []
        for operation in self.find_operations(Op.BUY):
            key = operation.request.key
            purchase = by_key.setdefault(key, Purchase(key)) if key else Purchase(None)
            if not purchase.attempts:
                all_purchases.append(purchase)
            purchase.attempts.append(operation)
        return all_purchases

    @cached_property
    def rows(self) -> dict[str, OrderRow]:
        """Order id -> row."""
        return {row.order: row for row in self.orders}

    def find_operations(self, op: Op, *results: Result) -> Iterator[Operation]:
        """Yield the operations of a kind, filtered by result if given."""
        return (
            operation
            for operation in self.operations
            if operation.request.op is op and (not results or operation.result in results)
        )

    def find_order_ids(self, purchase: Purchase) -> set[str]:
        """Return the possible orders of a purchase.

        These are the orders of its responses or, without any, the order derived from its key.
        """
        user, item, _ = purchase.subject
        return purchase.answers or ({self.order_of(user, item, purchase.key)} if purchase.key else set())
