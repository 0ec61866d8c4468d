"""The wire form of lines of the stock ledger."""

from marshmallow import Schema, fields


class StockLedgerUserSchema(Schema):
    """Who did it."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class StockLedgerSchema(Schema):
    """One change of an item's stock; `ref` is what caused it, `actor` the user who did."""

    id = fields.Integer(required=True)
    delta = fields.Integer(required=True)
    reason = fields.String(required=True)
    ref = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    actor = fields.Integer(required=True, allow_none=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    user = fields.Nested(StockLedgerUserSchema, allow_none=True)
