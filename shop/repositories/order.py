"""Questions to the table orders."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, tuple_

from shop.constants.order import OrderStatus
from shop.core.repository import Repository
from shop.models.order import Order


class OrderCount(NamedTuple):
    """The orders of one item in one epoch."""

    item_id: int
    epoch: int
    orders: int
    seq_max: int
    units: int


@dataclass(frozen=True)
class OrderRepository(Repository[Order]):
    """Finds orders."""

    model = Order

    def find_places(self, order_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
        """Order id -> (epoch, seq) of those that are written."""
        query = select(Order.id, Order.epoch, Order.seq).where(Order.id.in_(order_ids))
        return {order_id: (epoch, seq) for order_id, epoch, seq in self.session.execute(query)}

    def lock(self, order_id: UUID) -> Order | None:
        """The row as it is now, held against other writers until the transaction ends."""
        # Read again: one that was found before the lock may have been changed while we waited for it.
        return self.session.get(Order, order_id, with_for_update=True, populate_existing=True)

    def find_buyers(self, order_ids: Collection[UUID]) -> dict[UUID, int]:
        """Order id -> user id."""
        query = select(Order.id, Order.user_id).where(Order.id.in_(order_ids))
        return dict(self.session.execute(query).all())

    def find_last_epoch(self, item_id: int) -> int:
        """The highest epoch an order of the item was written in; 0 when there is none."""
        return self.session.scalar(select(func.max(Order.epoch)).where(Order.item_id == item_id)) or 0

    def find_numbers(self, epochs: Mapping[int, int]) -> dict[int, int]:
        """Item id -> the highest number written in the given epoch of it."""
        query = select(Order.item_id, func.max(Order.seq)).group_by(Order.item_id)
        query = query.where(tuple_(Order.item_id, Order.epoch).in_(list(epochs.items())))
        return dict(self.session.execute(query).all())

    def find_own(
        self, tenant_id: int, user_id: int, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Order]:
        """A user's orders, newest first, older than a position."""
        query = select(Order).where(Order.tenant_id == tenant_id, Order.user_id == user_id)
        if before:
            # Typed like the columns: a bare UUID would be sent as text and compare wrongly with sixteen bytes.
            position = tuple_(*before, types=(Order.created_at.type, Order.id.type))
            query = query.where(tuple_(Order.created_at, Order.id) < position)
        return self.session.scalars(query.order_by(Order.created_at.desc(), Order.id.desc()).limit(limit)).all()

    def units_by_user(self, item_id: int) -> dict[int, int]:
        """User id -> pieces of an item that the user holds."""
        held = (Order.item_id == item_id, Order.status == OrderStatus.CONFIRMED)
        query = select(Order.user_id, func.sum(Order.quantity)).where(*held).group_by(Order.user_id)
        return {user_id: int(units) for user_id, units in self.session.execute(query)}

    def counts(self) -> list[OrderCount]:
        """How many orders and pieces each item has in each epoch, and its highest number."""
        query = select(
            Order.item_id, Order.epoch, func.count(), func.max(Order.seq), func.sum(Order.quantity)
        ).group_by(Order.item_id, Order.epoch)
        return [OrderCount(*map(int, row)) for row in self.session.execute(query)]

    def find_ids(self, item_id: int) -> set[UUID]:
        """The ids of all orders of an item."""
        return set(self.session.scalars(select(Order.id).where(Order.item_id == item_id)))

    def find_ids_of_epoch(self, item_id: int, epoch: int, since: datetime) -> set[UUID]:
        """The ids of an item's orders of one epoch, made since a moment."""
        query = select(Order.id).where(Order.item_id == item_id, Order.epoch == epoch, Order.created_at >= since)
        return set(self.session.scalars(query))
