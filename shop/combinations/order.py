"""Information about orders."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shop.constants.order import OrderStatus
from shop.core.clock import format_rfc3339, from_microseconds
from shop.supports.reservation import Reservation

if TYPE_CHECKING:
    from shop.models.order import Order

_STATUS_BY_STATE = {
    "P": OrderStatus.PENDING,
    "D": OrderStatus.PENDING,
    "C": OrderStatus.CONFIRMED,
    "R": OrderStatus.REJECTED,
}


@dataclass(frozen=True)
class OrderCombination:
    """Information about an order, before and after it is written."""

    def card(self, order: "Order") -> dict[str, Any]:
        """Build the card from the row; JSON-safe."""
        return {
            "id": str(order.id),
            "status": order.status,
            "item_id": order.item_id,
            "quantity": order.quantity,
            "unit_price_minor": order.unit_price_minor,
            "total_minor": order.total_minor,
            "currency": order.currency,
            "created_at": format_rfc3339(order.created_at),
            "updated_at": format_rfc3339(order.updated_at),
        }

    def pending_card(self, reservation: Reservation) -> dict[str, Any]:
        """Build the card from the receipt, with the keys of `card`; JSON-safe."""
        moment = format_rfc3339(from_microseconds(reservation.moment))
        return {
            "id": str(reservation.order_id),
            "status": _STATUS_BY_STATE[reservation.state],
            "item_id": reservation.item_id,
            "quantity": reservation.quantity,
            "unit_price_minor": reservation.unit_price_minor,
            "total_minor": reservation.unit_price_minor * reservation.quantity,
            "currency": reservation.currency,
            "created_at": moment,
            "updated_at": moment,
        }
