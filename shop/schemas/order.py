"""Response schemas of orders."""

from marshmallow import Schema, fields
from marshmallow.validate import Range

from shop.constants.item import CURRENCY_PATTERN, NAME_MAX, PRICE_MAX_MINOR, URL_MAX
from shop.constants.order import QUANTITY_MAX, QUANTITY_MIN, OrderStatus
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Id, Moment, Text, WholeNumber


class OrderItemSchema(Schema):
    """Current state of the ordered item."""

    id = Id(required=True, metadata={"description": "Id of the item."})
    name = Text(
        NAME_MAX,
        min_length=1,
        required=True,
        metadata={"description": "Name in the language of the caller.", "example": "Concert ticket"},
    )
    price_minor = WholeNumber(
        required=True,
        validate=Range(0, PRICE_MAX_MINOR),
        metadata={"description": "Current price of a piece, in the smallest unit of the currency.", "example": 2500},
    )
    currency = Text(
        3,
        min_length=3,
        pattern=CURRENCY_PATTERN,
        required=True,
        metadata={"description": "Currency of the price, ISO 4217.", "example": "EUR"},
    )
    photo_url = Text(
        URL_MAX, required=True, allow_none=True, metadata={"description": "Address of a picture.", "format": "uri"}
    )


class OrderSchema(Schema):
    """Order: reserved (pending), written (confirmed), cancelled or rejected."""

    id = fields.UUID(required=True, metadata={"description": "Id of the order."})
    status = Choice(
        OrderStatus,
        required=True,
        metadata={
            "description": "`pending` until it is written, then `confirmed`; `cancelled` or `rejected` at its end."
        },
    )
    item_id = Id(required=True, metadata={"description": "Id of the ordered item."})
    quantity = WholeNumber(
        required=True, validate=Range(QUANTITY_MIN, QUANTITY_MAX), metadata={"description": "Number of pieces."}
    )
    unit_price_minor = WholeNumber(
        required=True,
        validate=Range(0, PRICE_MAX_MINOR),
        metadata={
            "description": "Price of a piece at the time of the purchase, in the smallest unit of the currency.",
            "example": 2500,
        },
    )
    total_minor = WholeNumber(
        required=True,
        validate=Range(0, PRICE_MAX_MINOR * QUANTITY_MAX),
        metadata={"description": "Price of all pieces, in the smallest unit of the currency.", "example": 2500},
    )
    currency = Text(
        3,
        min_length=3,
        pattern=CURRENCY_PATTERN,
        required=True,
        metadata={"description": "Currency of the amounts, ISO 4217.", "example": "EUR"},
    )
    created_at = Moment(required=True, metadata={"description": "Time of the purchase."})
    updated_at = Moment(required=True, metadata={"description": "Time of the last change."})
    item = fields.Nested(
        OrderItemSchema,
        allow_none=True,
        metadata={"description": "The ordered item as it is now, if the query includes it."},
    )
