"""Request and response of a purchase in FastAPI."""

from pydantic import BaseModel, Field

from shop.constants.order import QUANTITY_MAX
from shop.core.clock import format_rfc3339, from_microseconds


class PurchaseBody(BaseModel):
    """Body of a purchase."""

    quantity: int = Field(ge=1, le=QUANTITY_MAX)


class Order(BaseModel):
    """Reserved order that is not written yet."""

    id: str
    status: str = "pending"
    item_id: int
    quantity: int
    unit_price_minor: int
    total_minor: int
    currency: str
    created_at: str


def read_order(receipt: str) -> Order:
    """Read the order of a receipt."""
    _, order, _, item, _, quantity, price, currency, moment, *_ = receipt.split("|")
    return Order(
        id=order,
        item_id=int(item),
        quantity=int(quantity),
        unit_price_minor=int(price),
        total_minor=int(price) * int(quantity),
        currency=currency,
        created_at=format_rfc3339(from_microseconds(int(moment))),
    )
