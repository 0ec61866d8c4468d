"""Request fields of the log and their error codes."""

from shop.constants.log import REQUEST_ID_MAX
from shop.core.trace import REQUEST_ID_PATTERN
from shop.core.validation.fields import Text, error_code
from shop.exception_codes.log import LogExceptionCode as Code


class LogValidator:
    """Fields of a log query."""

    request_id = Text(
        REQUEST_ID_MAX,
        min_length=1,
        required=True,
        pattern=REQUEST_ID_PATTERN,
        error=Code.REQUEST_FORMAT.sentence,
        metadata=error_code(Code.REQUEST_FORMAT)
        | {"example": "checkout-7"}
        | {"description": "Id of the request: its `X-Request-ID`."},
    )
