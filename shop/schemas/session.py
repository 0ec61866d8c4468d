"""The wire form of sessions."""

from marshmallow import Schema, fields


class TokenSchema(Schema):
    """What signing in gives, and each refresh."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    token_type = fields.String(required=True, metadata={"const": "bearer"})
    expires_in = fields.Integer(required=True, metadata={"description": "seconds"})


class SessionSchema(Schema):
    """A sign-in; `agent` is what its client called itself, `current` the one that asks."""

    id = fields.String(required=True, metadata={"format": "uuid"})
    agent = fields.String(required=True)
    current = fields.Boolean(required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    refreshed_at = fields.String(required=True, metadata={"format": "date-time"})
    expires_at = fields.String(required=True, metadata={"format": "date-time"})
