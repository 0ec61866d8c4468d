"""Response schemas of sessions."""

from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range

from shop.constants.session import AGENT_MAX
from shop.core.crypto.tokens import TOKEN_MAX, TOKEN_TYPE
from shop.core.validation.fields import ID_MAX, Moment, Text, WholeNumber


class TokenSchema(Schema):
    """Tokens of a sign-in or refresh."""

    access_token = Text(TOKEN_MAX, min_length=1, required=True)
    refresh_token = Text(TOKEN_MAX, min_length=1, required=True)
    token_type = fields.String(required=True, validate=OneOf([TOKEN_TYPE]))
    expires_in = WholeNumber(
        required=True, validate=Range(1, ID_MAX), metadata={"description": "seconds", "example": 3600}
    )


class SessionSchema(Schema):
    """Session; `agent` is the User-Agent, `current` marks the caller's session."""

    id = fields.UUID(required=True)
    agent = Text(AGENT_MAX, required=True, metadata={"example": "curl/8.5.0"})
    current = fields.Boolean(required=True)
    created_at = Moment(required=True)
    refreshed_at = Moment(required=True)
    expires_at = Moment(required=True)
