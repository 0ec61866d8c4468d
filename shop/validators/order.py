"""The words a request may use about an order, and the code each wrong word earns."""

from marshmallow import fields
from marshmallow.validate import Length, Range, Regexp

from shop.constants.order import KEY_MAX, QUANTITY_MAX, QUANTITY_MIN
from shop.core.wire import WholeNumber, coded
from shop.exception_codes.order import OrderExceptionCode as Code


class OrderValidator:
    """Fields of an order."""

    quantity = WholeNumber(
        required=True,
        validate=Range(QUANTITY_MIN, QUANTITY_MAX),
        metadata=coded(Code.QUANTITY_FORMAT) | {"example": 1},
    )
    key = fields.String(
        data_key="Idempotency-Key",
        validate=[Length(1, KEY_MAX), Regexp(r"[\x21-\x7e]+\Z", error="Visible ASCII characters only.")],
        metadata=coded(Code.KEY_FORMAT),
    )
    prefer = fields.String(data_key="Prefer", metadata={"example": "wait=2"})
