"""The wire form of users among others."""

from marshmallow import Schema, fields


class UserListItemSchema(Schema):
    """What was bought, as it is now."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    price_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    photo_url = fields.String(required=True, allow_none=True)


class UserListOrderSchema(Schema):
    """An order of a user."""

    id = fields.String(required=True, metadata={"format": "uuid"})
    status = fields.String(required=True)
    item_id = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    total_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    item = fields.Nested(UserListItemSchema, allow_none=True)


class UserListSchema(Schema):
    """A user, as those see it who look after users; `orders` are its newest."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    orders = fields.List(fields.Nested(UserListOrderSchema))
    orders_count = fields.Integer()
