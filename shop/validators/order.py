"""Request fields of orders and their error codes."""

from marshmallow.validate import Range

from shop.constants.order import PREFER_MAX, QUANTITY_MAX, QUANTITY_MIN, OrderStatus
from shop.core.query.spec import FieldSpec, Mode, ResourceSpec
from shop.core.validation.fields import OptionalHint, WholeNumber, error_code
from shop.exception_codes.order import OrderExceptionCode as Code


class OrderValidator:
    """Fields of an order."""

    quantity = WholeNumber(
        required=True,
        validate=Range(QUANTITY_MIN, QUANTITY_MAX),
        metadata=error_code(Code.QUANTITY_FORMAT) | {"example": 1} | {"description": "Number of pieces."},
    )
    prefer = OptionalHint(
        PREFER_MAX,
        data_key="Prefer",
        metadata={
            "description": "`wait=2` waits up to two seconds, at most ten, for the written order.",
            "example": "wait=2",
        },
    )
    spec = ResourceSpec(
        {
            "id": FieldSpec.uuid(),
            "status": FieldSpec.choice(OrderStatus),
            "item_id": FieldSpec.integer(),
            "quantity": FieldSpec.integer(),
            "unit_price_minor": FieldSpec.integer(),
            "total_minor": FieldSpec.integer(),
            "currency": FieldSpec.exact_text(),
            "created_at": FieldSpec.datetime(),
            "updated_at": FieldSpec.datetime(),
        },
        default_order=("created_at",),
        mode=Mode.CURSOR,
    )
