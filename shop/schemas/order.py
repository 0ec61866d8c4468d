"""The wire form of orders."""

from marshmallow import Schema, fields


class OrderItemSchema(Schema):
    """What was bought, as it is now."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    price_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    photo_url = fields.String(required=True, allow_none=True)


class OrderSchema(Schema):
    """A purchase: promised (pending), written (confirmed) or refused after all (rejected)."""

    id = fields.String(required=True, metadata={"format": "uuid"})
    status = fields.String(required=True)
    item_id = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    unit_price_minor = fields.Integer(required=True)
    total_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    updated_at = fields.String(required=True, metadata={"format": "date-time"})
    item = fields.Nested(OrderItemSchema, allow_none=True)
