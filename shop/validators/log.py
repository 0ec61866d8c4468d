"""What may be said about records of the log."""

from shop.constants.log import REQUEST_ID_MAX
from shop.core.trace import WHOLE_REQUEST_ID
from shop.core.validation.fields import Text, coded
from shop.exception_codes.log import LogExceptionCode as Code


class LogValidator:
    """Its fields."""

    request_id = Text(
        REQUEST_ID_MAX,
        least=1,
        required=True,
        pattern=WHOLE_REQUEST_ID,
        error=Code.REQUEST_FORMAT.sentence,
        metadata=coded(Code.REQUEST_FORMAT) | {"example": "checkout-7"},
    )
