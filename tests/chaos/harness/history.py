"""Everything that is known after a run: what the clients' log says, and what the database says."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from tests.chaos.harness.client_log import Op, Operation, Result


class OrderRow(NamedTuple):
    """An order as the database has it."""

    order: str
    user: int
    item: int
    quantity: int
    status: str

    @property
    def subject(self) -> tuple[int, int, int]:
        """Who bought what, and how much of it."""
        return self.user, self.item, self.quantity


class ItemRow(NamedTuple):
    """An item: how many pieces there were in the beginning, how many there are, and how many one user may hold."""

    item: int
    initial: int
    stock: int
    limit: int | None


@dataclass(frozen=True)
class Purchase:
    """All attempts at one purchase: those with the same key, or a single one without."""

    key: str | None
    attempts: list[Operation] = field(default_factory=list)

    @property
    def result(self) -> Result:
        """`ok` when any attempt was; `fail` only when every one was: any other may still have been carried out."""
        results = {attempt.result for attempt in self.attempts}
        return next(result for result in (Result.OK, Result.UNKNOWN, Result.FAIL) if result in results)

    @property
    def answers(self) -> set[str]:
        """The orders that were named to the buyer: one, if all is well."""
        return {attempt.answer for attempt in self.attempts if attempt.result is Result.OK and attempt.answer}

    @property
    def subject(self) -> tuple[int, int, int]:
        """Who wants what, and how much of it."""
        wish = self.attempts[0].request
        return wish.user, wish.item, wish.quantity


@dataclass(frozen=True)
class History:
    """Everything that is known after a run.

    `order_of` says which order a keyed purchase makes; `excused`: orders that waited unwritten when Redis was flushed;
    `rejected`: orders whose receipt says so.
    """

    operations: Sequence[Operation]
    orders: Sequence[OrderRow]
    items: Sequence[ItemRow]
    order_of: Callable[[int, int, str], str]
    excused: Collection[str] = ()
    rejected: Collection[str] = ()

    @cached_property
    def purchases(self) -> list[Purchase]:
        """The purchases that were tried."""
        keyed: dict[str, Purchase] = {}
        found: list[Purchase] = []
        for operation in self.find_operations(Op.BUY):
            key = operation.request.key
            purchase = keyed.setdefault(key, Purchase(key)) if key else Purchase(None)
            if not purchase.attempts:
                found.append(purchase)
            purchase.attempts.append(operation)
        return found

    @cached_property
    def rows(self) -> dict[str, OrderRow]:
        """Order id -> order."""
        return {row.order: row for row in self.orders}

    def find_operations(self, op: Op, *results: Result) -> Iterator[Operation]:
        """The operations of a kind, with one of these results if any are named."""
        return (o for o in self.operations if o.request.op is op and (not results or o.result in results))

    def find_order_ids(self, purchase: Purchase) -> set[str]:
        """The orders a purchase may have: what it was told or, when it was told nothing, what its key stands for."""
        user, item, _ = purchase.subject
        return purchase.answers or ({self.order_of(user, item, purchase.key)} if purchase.key else set())
