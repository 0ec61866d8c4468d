"""Rows of orders and ledger lines, built from reservations."""

from datetime import datetime
from typing import Any

from shop.constants.order import OrderStatus
from shop.constants.stock import StockReason
from shop.core.clock import from_microseconds
from shop.supports.reservation import Reservation


def order_row(reservation: Reservation, now: datetime) -> dict[str, Any]:
    """Return the row of a confirmed order."""
    return {
        "id": reservation.order_id,
        "tenant_id": reservation.tenant_id,
        "item_id": reservation.item_id,
        "user_id": reservation.user_id,
        "quantity": reservation.quantity,
        "unit_price_minor": reservation.unit_price_minor,
        "total_minor": reservation.unit_price_minor * reservation.quantity,
        "currency": reservation.currency,
        "status": OrderStatus.CONFIRMED,
        "epoch": reservation.epoch,
        "seq": reservation.seq,
        "created_at": from_microseconds(reservation.moment),
        "updated_at": now,
    }


def sale_row(reservation: Reservation, now: datetime) -> dict[str, Any]:
    """Return the ledger row of a sale."""
    return {
        "tenant_id": reservation.tenant_id,
        "item_id": reservation.item_id,
        "delta": -reservation.quantity,
        "reason": StockReason.SALE,
        "ref": str(reservation.order_id),
        "created_at": now,
    }


def void_row(reservation: Reservation, ref: str, now: datetime) -> dict[str, Any]:
    """Return the ledger row of a number without an order."""
    return sale_row(reservation, now) | {"delta": 0, "reason": StockReason.VOID, "ref": ref}
