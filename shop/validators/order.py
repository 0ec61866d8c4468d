"""The words a request may use about an order, and the code each wrong word earns."""

from marshmallow.validate import Range

from shop.constants.order import PREFER_MAX, QUANTITY_MAX, QUANTITY_MIN, OrderStatus
from shop.core.query.spec import Listing, Mode, Word
from shop.core.validation.fields import Hint, WholeNumber, coded
from shop.exception_codes.order import OrderExceptionCode as Code


class OrderValidator:
    """Fields of an order."""

    quantity = WholeNumber(
        required=True,
        validate=Range(QUANTITY_MIN, QUANTITY_MAX),
        metadata=coded(Code.QUANTITY_FORMAT) | {"example": 1},
    )
    prefer = Hint(PREFER_MAX, data_key="Prefer", metadata={"example": "wait=2"})
    words = Listing(
        {
            "id": Word.uuid(),
            "status": Word.choice(OrderStatus),
            "item_id": Word.whole(),
            "quantity": Word.whole(),
            "unit_price_minor": Word.whole(),
            "total_minor": Word.whole(),
            "currency": Word.label(),
            "created_at": Word.moment(),
            "updated_at": Word.moment(),
        },
        newest=("created_at",),
        mode=Mode.CURSOR,
    )
