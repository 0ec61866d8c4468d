"""Questions to the table orders."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from shop.constants.order import OrderStatus
from shop.core.database.columns import ColumnMap
from shop.core.database.criteria import Criteria
from shop.core.database.repository import Repository
from shop.models.order import Order
from shop.supports.invariant import OrderLine

PAGE_SIZE = 5000
# The columns are called, and stand in the order of, the fields of an OrderLine.
_LINE_QUERY: "Select[*tuple[Any, ...]]" = select(
    Order.id.label("order_id"), Order.tenant_id, Order.item_id, Order.user_id, Order.quantity, Order.unit_price_minor,
    Order.currency, Order.status, Order.epoch, Order.seq, Order.created_at,
)  # fmt: skip

_SOURCE = ColumnMap(
    Order.id,
    {
        "id": Order.id,
        "status": Order.status,
        "item_id": Order.item_id,
        "user_id": Order.user_id,
        "quantity": Order.quantity,
        "unit_price_minor": Order.unit_price_minor,
        "total_minor": Order.total_minor,
        "currency": Order.currency,
        "created_at": Order.created_at,
        "updated_at": Order.updated_at,
    },
)


@dataclass(frozen=True)
class OrderRepository(Repository[Order]):
    """Finds orders."""

    model = Order

    def find_positions(self, order_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
        """Order id -> (epoch, seq) of those that are written."""
        query = select(Order.id, Order.epoch, Order.seq).where(Order.id.in_(order_ids))
        return {order_id: (epoch, seq) for order_id, epoch, seq in self.session.execute(query)}

    def find_buyers(self, order_ids: Collection[UUID]) -> dict[UUID, int]:
        """Order id -> user id."""
        query = select(Order.id, Order.user_id).where(Order.id.in_(order_ids))
        return dict(self.session.execute(query).all())

    def find_last_epoch(self, item_id: int) -> int:
        """The highest epoch an order of the item was written in; 0 when there is none."""
        # Not max(): whose the row is stands in no index, and MySQL would read every order of the item for it.
        query = select(Order.epoch).where(Order.item_id == item_id).order_by(Order.epoch.desc(), Order.seq.desc())
        return self.session.scalar(query.limit(1)) or 0

    def find_highest_numbers(self, epochs: Mapping[int, int]) -> dict[int, int]:
        """Item id -> the highest number written in the given epoch of it."""
        # A question for each item, in one statement: of one item MySQL looks the number up in an index; asked for
        # several at once it would read every order of theirs.
        highest = [
            select(func.max(Order.seq)).where(Order.item_id == item_id, Order.epoch == epoch).scalar_subquery()
            for item_id, epoch in epochs.items()
        ]
        numbers = zip(epochs, self.session.execute(select(*highest)).one(), strict=True)
        return {item_id: number for item_id, number in numbers if number is not None}

    def source(self) -> ColumnMap:
        """The columns that lists name."""
        return _SOURCE

    def of_user(self, user_id: int) -> Criteria:
        """A user's orders."""
        return Criteria().push(Order.user_id == user_id).with_index_hint("ix_orders_tenant_id_user_id_created_at_id")

    def count_by_user(self, user_ids: Collection[int]) -> dict[int, int]:
        """User id -> how many orders it has, of those that have any."""
        query = select(Order.user_id, func.count(Order.id)).where(Order.user_id.in_(user_ids)).group_by(Order.user_id)
        return dict(self.session.execute(query).all())

    def find_newest(self, user_ids: Collection[int], limit: int) -> Sequence[Order]:
        """The newest orders of each of these users, and so many of each at most."""
        place = func.row_number().over(partition_by=Order.user_id, order_by=(Order.created_at.desc(), Order.id.desc()))
        ranked = select(Order, place.label("place")).where(Order.user_id.in_(user_ids)).subquery()
        newest = aliased(Order, ranked)
        query = select(newest).where(ranked.c.place <= limit).order_by(newest.created_at.desc(), newest.id.desc())
        return self.session.scalars(query).all()

    def sum_units_by_user(self, item_id: int) -> dict[int, int]:
        """User id -> pieces of an item that the user holds."""
        held = (Order.item_id == item_id, Order.status == OrderStatus.CONFIRMED)
        query = select(Order.user_id, func.sum(Order.quantity)).where(*held).group_by(Order.user_id)
        return {user_id: int(units) for user_id, units in self.session.execute(query)}

    def count_units(self, item_id: int, user_id: int) -> int:
        """The pieces of an item that a user holds."""
        held = (Order.user_id == user_id, Order.item_id == item_id, Order.status == OrderStatus.CONFIRMED)
        query = select(func.sum(Order.quantity)).where(*held)
        return int(self.session.scalar(query) or 0)

    def find_last_number(self, item_id: int, epoch: int) -> int:
        """The highest number written in an epoch of an item; 0 when there is none."""
        query = select(Order.seq).where(Order.item_id == item_id, Order.epoch == epoch).order_by(Order.seq.desc())
        return self.session.scalar(query.limit(1)) or 0

    def find_items(self) -> set[int]:
        """The ids of all items that were ever ordered."""
        return set(self.session.scalars(select(Order.item_id).distinct()))

    def find_lines(self, order_ids: Collection[UUID]) -> Iterator[OrderLine]:
        """The orders with those ids, of whatever item."""
        return self._to_lines(_LINE_QUERY.where(Order.id.in_(order_ids)))

    def iterate_lines(self, item_id: int) -> Iterator[OrderLine]:
        """Every order of an item in the order of their numbers, a page at a time."""
        query, last = (
            _LINE_QUERY.where(Order.item_id == item_id).order_by(Order.epoch, Order.seq).limit(PAGE_SIZE),
            None,
        )
        while page := list(self._to_lines(query.where(_after(last)) if last else query)):
            yield from page
            last = page[-1]

    def _to_lines(self, query: "Select[*tuple[Any, ...]]") -> Iterator[OrderLine]:
        return (OrderLine(*row) for row in self.session.execute(query))


def _after(last: OrderLine) -> "ColumnElement[bool]":
    # Spelled out: MySQL does not look up a comparison of pairs in an index.
    return or_(Order.epoch > last.epoch, and_(Order.epoch == last.epoch, Order.seq > last.seq))
