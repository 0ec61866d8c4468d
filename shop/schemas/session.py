"""Response schemas of sessions."""

from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range

from shop.constants.session import AGENT_MAX
from shop.core.crypto.tokens import TOKEN_EXAMPLE, TOKEN_MAX, TOKEN_TYPE
from shop.core.validation.fields import ID_MAX, Moment, Text, WholeNumber


class TokenSchema(Schema):
    """Tokens of a sign-in or refresh."""

    access_token = Text(
        TOKEN_MAX,
        min_length=1,
        required=True,
        metadata={"description": "Token for the header `Authorization: Bearer ...`.", "example": TOKEN_EXAMPLE},
    )
    refresh_token = Text(
        TOKEN_MAX,
        min_length=1,
        required=True,
        metadata={"description": "Token to exchange for new tokens, once.", "example": TOKEN_EXAMPLE},
    )
    token_type = fields.String(
        required=True, validate=OneOf([TOKEN_TYPE]), metadata={"description": "Scheme of the header `Authorization`."}
    )
    expires_in = WholeNumber(
        required=True,
        validate=Range(1, ID_MAX),
        metadata={"description": "Seconds until the access token expires.", "example": 3600},
    )


class SessionSchema(Schema):
    """Session; `agent` is the User-Agent, `current` marks the caller's session."""

    id = fields.UUID(required=True, metadata={"description": "Id of the session."})
    agent = Text(
        AGENT_MAX, required=True, metadata={"description": "`User-Agent` of the sign-in.", "example": "curl/8.5.0"}
    )
    current = fields.Boolean(required=True, metadata={"description": "True for the session of this request."})
    created_at = Moment(required=True, metadata={"description": "Time of the sign-in."})
    refreshed_at = Moment(required=True, metadata={"description": "Time of the last refresh."})
    expires_at = Moment(required=True, metadata={"description": "Time at which the session ends without a refresh."})
