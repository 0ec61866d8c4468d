"""Response schemas of repairs."""

from marshmallow import Schema, fields
from marshmallow.validate import Range

from shop.constants.item import CURRENCY_PATTERN, NAME_MAX, PRICE_MAX_MINOR, URL_MAX
from shop.constants.stock import RUN_TEXT_MAX, Cause
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Id, Moment, Text, WholeNumber


class ReconcileRunItemSchema(Schema):
    """Current state of the repaired item."""

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


class ReconcileRunSchema(Schema):
    """Repair of a difference; `expected` is from MySQL, `found` from Redis."""

    id = Id(required=True, metadata={"description": "Id of the repair."})
    item_id = Id(required=True, metadata={"description": "Id of the repaired item."})
    cause = Choice(Cause, required=True, metadata={"description": "Cause of the difference."})
    expected = Text(
        RUN_TEXT_MAX,
        required=True,
        metadata={"description": "State that the database asks for.", "example": "available=93"},
    )
    found = Text(
        RUN_TEXT_MAX,
        required=True,
        metadata={"description": "State that was found in Redis.", "example": "available=94"},
    )
    done = Text(
        RUN_TEXT_MAX, required=True, metadata={"description": "What the repair did.", "example": "available set to 93"}
    )
    open = fields.Boolean(
        required=True, metadata={"description": "True if the difference is not repaired yet.", "example": False}
    )
    created_at = Moment(required=True, metadata={"description": "Time at which the difference was found."})
    updated_at = Moment(required=True, metadata={"description": "Time of the last change."})
    item = fields.Nested(
        ReconcileRunItemSchema,
        allow_none=True,
        metadata={"description": "The repaired item as it is now, if the query includes it."},
    )
