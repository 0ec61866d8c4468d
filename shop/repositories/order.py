"""Queries of the table orders."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from shop.constants.order import OrderStatus
from shop.core.database.columns import ColumnMap
from shop.core.database.criteria import Criteria
from shop.core.database.repository import Repository
from shop.models.order import Order
from shop.supports.invariant import OrderLine

PAGE_SIZE = 5000
# Names and order of the columns equal the fields of OrderLine.
_LINE_QUERY: "Select[*tuple[Any, ...]]" = select(
    Order.id.label("order_id"), Order.tenant_id, Order.item_id, Order.user_id, Order.quantity, Order.unit_price_minor,
    Order.total_minor, Order.currency, Order.status, Order.epoch, Order.seq, Order.created_at,
)  # fmt: skip
# Built once, since each drain sends it, and building costs more than sending.
_POSITIONS = select(Order.id, Order.epoch, Order.seq).where(Order.id.in_(bindparam("order_ids", expanding=True)))

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
    """Repository of orders."""

    model = Order

    def find_visible(self, order_id: UUID, owner_id: int | None) -> Order | None:
        """Return an order of that owner, or of any owner for None."""
        query = select(Order).where(Order.id == order_id)
        return self.session.scalar(query if owner_id is None else query.where(Order.user_id == owner_id))

    def find_positions(self, order_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
        """Return order id -> (epoch, seq) of written orders."""
        rows = self.session.execute(_POSITIONS, {"order_ids": order_ids})
        return {order_id: (epoch, seq) for order_id, epoch, seq in rows}

    def find_buyers(self, order_ids: Collection[UUID]) -> dict[UUID, int]:
        """Return order id -> user id."""
        query = select(Order.id, Order.user_id).where(Order.id.in_(order_ids))
        return dict(self.session.execute(query).all())

    def find_last_epoch(self, item_id: int) -> int:
        """Return the highest epoch of the item's orders; 0 without orders."""
        # Not max(): the index has no tenant column, so MySQL would read every order of the item.
        query = select(Order.epoch).where(Order.item_id == item_id).order_by(Order.epoch.desc(), Order.seq.desc())
        return self.session.scalar(query.limit(1)) or 0

    def find_highest_numbers(self, epochs: Mapping[int, int]) -> dict[int, int]:
        """Return item id -> highest written number of the given epoch."""
        parameters: dict[str, int] = {}
        for number, (item_id, epoch) in enumerate(epochs.items()):
            parameters |= {f"item_{number}": item_id, f"epoch_{number}": epoch}
        numbers = zip(epochs, self.session.execute(_highest_numbers(len(epochs)), parameters).one(), strict=True)
        return {item_id: number for item_id, number in numbers if number is not None}

    def source(self) -> ColumnMap:
        """Return the columns of list fields."""
        return _SOURCE

    def of_user(self, user_id: int) -> Criteria:
        """Return the criteria of a user's orders."""
        return Criteria().push(Order.user_id == user_id).with_index_hint("ix_orders_tenant_id_user_id_created_at_id")

    def count_by_user(self, user_ids: Collection[int]) -> dict[int, int]:
        """Return user id -> number of orders, for users with orders."""
        query = select(Order.user_id, func.count(Order.id)).where(Order.user_id.in_(user_ids)).group_by(Order.user_id)
        return dict(self.session.execute(query).all())

    def find_newest(self, user_ids: Collection[int], limit: int) -> Sequence[Order]:
        """Return the newest orders of each user, at most `limit` per user."""
        place = func.row_number().over(partition_by=Order.user_id, order_by=(Order.created_at.desc(), Order.id.desc()))
        ranked = select(Order, place.label("place")).where(Order.user_id.in_(user_ids)).subquery()
        newest = aliased(Order, ranked)
        query = select(newest).where(ranked.c.place <= limit).order_by(newest.created_at.desc(), newest.id.desc())
        return self.session.scalars(query).all()

    def sum_units_by_user(self, item_id: int) -> dict[int, int]:
        """Return user id -> confirmed pieces of an item."""
        confirmed = (Order.item_id == item_id, Order.status == OrderStatus.CONFIRMED)
        query = select(Order.user_id, func.sum(Order.quantity)).where(*confirmed).group_by(Order.user_id)
        return {user_id: int(units) for user_id, units in self.session.execute(query)}

    def count_units(self, item_id: int, user_id: int) -> int:
        """Return the confirmed pieces of an item that a user has."""
        confirmed = (Order.user_id == user_id, Order.item_id == item_id, Order.status == OrderStatus.CONFIRMED)
        query = select(func.sum(Order.quantity)).where(*confirmed)
        return int(self.session.scalar(query) or 0)

    def find_last_number(self, item_id: int, epoch: int) -> int:
        """Return the highest number of an item's epoch; 0 without orders."""
        query = select(Order.seq).where(Order.item_id == item_id, Order.epoch == epoch).order_by(Order.seq.desc())
        return self.session.scalar(query.limit(1)) or 0

    def find_items(self) -> set[int]:
        """Return the ids of all items with orders."""
        return set(self.session.scalars(select(Order.item_id).distinct()))

    def find_lines(self, order_ids: Collection[UUID]) -> Iterator[OrderLine]:
        """Return the orders with those ids, of all items."""
        return self._to_lines(_LINE_QUERY.where(Order.id.in_(order_ids)))

    def iterate_lines(self, item_id: int) -> Iterator[OrderLine]:
        """Iterate over an item's orders by number, one page at a time."""
        query, last = (
            _LINE_QUERY.where(Order.item_id == item_id).order_by(Order.epoch, Order.seq).limit(PAGE_SIZE),
            None,
        )
        while page := list(self._to_lines(query.where(_after(last)) if last else query)):
            yield from page
            last = page[-1]

    def _to_lines(self, query: "Select[*tuple[Any, ...]]") -> Iterator[OrderLine]:
        return (OrderLine(*row) for row in self.session.execute(query))


@lru_cache
def _highest_numbers(count: int) -> "Select[*tuple[Any, ...]]":
    # One subquery per item: MySQL uses the index for a single item only. For several items at once it would read all
    # their orders.
    return select(
        *(
            select(func.max(Order.seq))
            .where(Order.item_id == bindparam(f"item_{number}"), Order.epoch == bindparam(f"epoch_{number}"))
            .scalar_subquery()
            for number in range(count)
        )
    )


def _after(last: OrderLine) -> "ColumnElement[bool]":
    # No tuple comparison: MySQL would not use the index for it.
    return or_(Order.epoch > last.epoch, and_(Order.epoch == last.epoch, Order.seq > last.seq))
