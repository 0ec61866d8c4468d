"""The words a request may use about a session, and the code each wrong word earns."""

from marshmallow import fields
from marshmallow.validate import Length

from shop.core.tokens import TOKEN_MAX
from shop.core.wire import coded
from shop.exception_codes.session import SessionExceptionCode as Code


class SessionValidator:
    """Fields of a session."""

    refresh_token = fields.String(
        required=True,
        load_only=True,
        validate=Length(1, TOKEN_MAX),
        metadata=coded(Code.REFRESH_FORMAT) | {"example": "eyJhbGciOiJFZERTQSJ9.eyJ0eXAiOiJyZWZyZXNoIn0.c2lnbmVk"},
    )
