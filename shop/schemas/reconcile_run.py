"""The wire form of repairs."""

from marshmallow import Schema, fields


class ReconcileRunItemSchema(Schema):
    """What the stores disagreed about."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    price_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    photo_url = fields.String(required=True, allow_none=True)


class ReconcileRunSchema(Schema):
    """One time that Redis and MySQL disagreed; `expected` is what MySQL said, `found` what Redis did."""

    id = fields.Integer(required=True)
    item_id = fields.Integer(required=True)
    cause = fields.String(required=True)
    expected = fields.String(required=True)
    found = fields.String(required=True)
    done = fields.String(required=True)
    open = fields.Boolean(required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    updated_at = fields.String(required=True, metadata={"format": "date-time"})
    item = fields.Nested(ReconcileRunItemSchema, allow_none=True)
