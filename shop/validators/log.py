"""What may be said about records of the log."""

from marshmallow import fields
from marshmallow.validate import Regexp

from shop.core.trace import REQUEST_ID
from shop.core.wire import coded
from shop.exception_codes.log import LogExceptionCode as Code


class LogValidator:
    """Its fields."""

    request_id = fields.String(
        required=True,
        validate=Regexp(f"^{REQUEST_ID.pattern}$", error=Code.REQUEST_FORMAT.sentence),
        metadata=coded(Code.REQUEST_FORMAT),
    )
