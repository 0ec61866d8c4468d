"""Request fields of sessions and their error codes."""

from shop.core.crypto.tokens import TOKEN_MAX
from shop.core.validation.fields import Text, error_code
from shop.exception_codes.session import SessionExceptionCode as Code


class SessionValidator:
    """Fields of a session."""

    refresh_token = Text(
        TOKEN_MAX,
        min_length=1,
        required=True,
        load_only=True,
        metadata=error_code(Code.REFRESH_FORMAT)
        | {"example": "eyJhbGciOiJFZERTQSJ9.eyJ0eXAiOiJyZWZyZXNoIn0.c2lnbmVk"}
        | {"description": "Refresh token of the last answer."},
    )
