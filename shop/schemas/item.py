"""The wire form of items."""

from marshmallow import Schema, fields


class ItemSchema(Schema):
    """Something for sale; `stock` is what can be bought now."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    introduction = fields.String(required=True)
    price_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    stock = fields.Integer(required=True)
    status = fields.String(required=True)
    max_per_user = fields.Integer(required=True, allow_none=True)
    photo_url = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    updated_at = fields.String(required=True, metadata={"format": "date-time"})
