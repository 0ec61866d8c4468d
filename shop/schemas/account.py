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

    id = Id(required=True, metadata={"description": "Id of the item."})
    name = Text(
        ITEM_NAME_MAX,
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


class AccountOrderSchema(Schema):
    """Order of a user."""

    id = fields.UUID(required=True, metadata={"description": "Id of the order."})
    status = Choice(OrderStatus, required=True, metadata={"description": "State of the order."})
    item_id = Id(required=True, metadata={"description": "Id of the ordered item."})
    quantity = WholeNumber(
        required=True, validate=Range(QUANTITY_MIN, QUANTITY_MAX), metadata={"description": "Number of pieces."}
    )
    total_minor = WholeNumber(
        required=True,
        validate=Range(0, PRICE_MAX_MINOR * QUANTITY_MAX),
        metadata={
            "description": "Price of all pieces at the time of the purchase, in the smallest unit of the currency."
        },
    )
    currency = Text(
        3,
        min_length=3,
        pattern=CURRENCY_PATTERN,
        required=True,
        metadata={"description": "Currency of the amounts, ISO 4217.", "example": "EUR"},
    )
    created_at = Moment(required=True, metadata={"description": "Time of the purchase."})
    item = fields.Nested(
        AccountItemSchema,
        allow_none=True,
        metadata={"description": "The ordered item as it is now, if the query includes it."},
    )


class AccountSchema(Schema):
    """User with roles and permissions."""

    id = Id(required=True, metadata={"description": "Id of the user."})
    name = Text(NAME_MAX, min_length=1, required=True, metadata={"description": "Name of the user.", "example": "Ada"})
    # Text, since a masked value is no valid e-mail address.
    email = Text(
        EMAIL_MAX,
        min_length=1,
        required=True,
        metadata={
            "description": "E-mail address, masked for callers without a permission.",
            "example": "a***@e***.com",
        },
    )
    roles = fields.List(
        Choice(UserRole),
        required=True,
        validate=Length(max=len(UserRole)),
        metadata={"description": "Roles of the user.", "example": [UserRole.GENERAL]},
    )
    permissions = fields.List(
        Choice(Permission),
        required=True,
        validate=Length(max=len(Permission)),
        metadata={
            "description": "Permissions beside those of the roles, such as `items.create` with the number 300002."
        },
    )
    disabled = fields.Boolean(
        required=True, metadata={"description": "True if the user cannot sign in.", "example": False}
    )
    created_at = Moment(required=True, metadata={"description": "Time of the registration."})
    # Only in lists, when included by the query.
    orders = fields.List(
        fields.Nested(AccountOrderSchema),
        validate=Length(max=ORDERS_SHOWN_MAX),
        metadata={"description": "Last orders of the user, if the query includes them."},
    )
    orders_count = WholeNumber(
        validate=Range(0, ID_MAX), metadata={"description": "Number of orders, if the query counts them."}
    )
