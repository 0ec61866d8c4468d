"""Response schemas of repairs."""

from marshmallow import Schema, fields
from marshmallow.validate import Range

from shop.constants.item import CURRENCY_PATTERN, NAME_MAX, PRICE_MAX_MINOR, URL_MAX
from shop.constants.stock import RUN_TEXT_MAX, Cause
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Id, Moment, Text, WholeNumber


class ReconcileRunItemSchema(Schema):
    """Current state of the repaired item."""

    id = Id(required=True)
    name = Text(NAME_MAX, min_length=1, required=True, metadata={"example": "Concert ticket"})
    price_minor = WholeNumber(required=True, validate=Range(0, PRICE_MAX_MINOR), metadata={"example": 2500})
    currency = Text(3, min_length=3, pattern=CURRENCY_PATTERN, required=True, metadata={"example": "EUR"})
    photo_url = Text(URL_MAX, required=True, allow_none=True, metadata={"format": "uri"})


class ReconcileRunSchema(Schema):
    """Repair of a difference; `expected` is from MySQL, `found` from Redis."""

    id = Id(required=True)
    item_id = Id(required=True)
    cause = Choice(Cause, required=True)
    expected = Text(RUN_TEXT_MAX, required=True)
    found = Text(RUN_TEXT_MAX, required=True)
    done = Text(RUN_TEXT_MAX, required=True)
    open = fields.Boolean(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    item = fields.Nested(ReconcileRunItemSchema, allow_none=True)
