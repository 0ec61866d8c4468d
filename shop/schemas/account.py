"""Response schemas of user administration."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from shop.constants.item import CURRENCY_PATTERN, PRICE_MAX_MINOR, URL_MAX
from shop.constants.item import NAME_MAX as ITEM_NAME_MAX
from shop.constants.order import QUANTITY_MAX, QUANTITY_MIN, OrderStatus
from shop.constants.permission import Permission
from shop.constants.user import EMAIL_MAX, NAME_MAX, ORDERS_SHOWN_MAX, UserRole
from shop.core.validation.choices import Choice
from shop.core.validation.fields import ID_MAX, Id, Moment, Text, WholeNumber


class AccountItemSchema(Schema):
    """Current state of the ordered item."""

    id = Id(required=True)
    name = Text(ITEM_NAME_MAX, min_length=1, required=True, metadata={"example": "Concert ticket"})
    price_minor = WholeNumber(required=True, validate=Range(0, PRICE_MAX_MINOR), metadata={"example": 2500})
    currency = Text(3, min_length=3, pattern=CURRENCY_PATTERN, required=True, metadata={"example": "EUR"})
    photo_url = Text(URL_MAX, required=True, allow_none=True, metadata={"format": "uri"})


class AccountOrderSchema(Schema):
    """Order of a user."""

    id = fields.UUID(required=True)
    status = Choice(OrderStatus, required=True)
    item_id = Id(required=True)
    quantity = WholeNumber(required=True, validate=Range(QUANTITY_MIN, QUANTITY_MAX))
    total_minor = WholeNumber(required=True, validate=Range(0, PRICE_MAX_MINOR * QUANTITY_MAX))
    currency = Text(3, min_length=3, pattern=CURRENCY_PATTERN, required=True, metadata={"example": "EUR"})
    created_at = Moment(required=True)
    item = fields.Nested(AccountItemSchema, allow_none=True)


class AccountSchema(Schema):
    """User with roles and permissions."""

    id = Id(required=True)
    name = Text(NAME_MAX, min_length=1, required=True, metadata={"example": "Ada"})
    # Text, since a masked value is no valid e-mail address.
    email = Text(EMAIL_MAX, min_length=1, required=True, metadata={"example": "a***@e***.com"})
    roles = fields.List(Choice(UserRole), required=True, validate=Length(max=len(UserRole)))
    permissions = fields.List(
        Choice(Permission),
        required=True,
        validate=Length(max=len(Permission)),
        metadata={"description": "codes"},
    )
    disabled = fields.Boolean(required=True)
    created_at = Moment(required=True)
    # Only in lists, when included by the query.
    orders = fields.List(fields.Nested(AccountOrderSchema), validate=Length(max=ORDERS_SHOWN_MAX))
    orders_count = WholeNumber(validate=Range(0, ID_MAX))
