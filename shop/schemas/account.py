"""The wire form of users for those who look after them."""

from marshmallow import Schema, fields


class AccountSchema(Schema):
    """A user with its rights."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    permissions = fields.List(fields.String(), required=True, metadata={"description": "codes"})
    disabled = fields.Boolean(required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})
