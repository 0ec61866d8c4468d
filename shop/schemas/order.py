"""Response schemas of orders."""

from marshmallow import Schema, fields
from marshmallow.validate import Range

from shop.constants.item import CURRENCY_PATTERN, NAME_MAX, PRICE_MAX_MINOR, URL_MAX
from shop.constants.order import QUANTITY_MAX, QUANTITY_MIN, OrderStatus
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Id, Moment, Text, WholeNumber


class OrderItemSchema(Schema):
    """Current state of the ordered item."""

    id = Id(required=True)
    name = Text(NAME_MAX, min_length=1, required=True, metadata={"example": "Concert ticket"})
    price_minor = WholeNumber(required=True, validate=Range(0, PRICE_MAX_MINOR), metadata={"example": 2500})
    currency = Text(3, min_length=3, pattern=CURRENCY_PATTERN, required=True, metadata={"example": "EUR"})
    photo_url = Text(URL_MAX, required=True, allow_none=True, metadata={"format": "uri"})


class OrderSchema(Schema):
    """Order: reserved (pending), written (confirmed), cancelled or rejected."""

    id = fields.UUID(required=True)
    status = Choice(OrderStatus, required=True)
    item_id = Id(required=True)
    quantity = WholeNumber(required=True, validate=Range(QUANTITY_MIN, QUANTITY_MAX))
    unit_price_minor = WholeNumber(required=True, validate=Range(0, PRICE_MAX_MINOR), metadata={"example": 2500})
    total_minor = WholeNumber(
        required=True, validate=Range(0, PRICE_MAX_MINOR * QUANTITY_MAX), metadata={"example": 2500}
    )
    currency = Text(3, min_length=3, pattern=CURRENCY_PATTERN, required=True, metadata={"example": "EUR"})
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    item = fields.Nested(OrderItemSchema, allow_none=True)
