"""The words a request may use about a change of stock, and the code each wrong word earns."""

from marshmallow.validate import NoneOf, Range

from shop.constants.stock import StockReason
from shop.constants.stock_ledger import DELTA_MAX, NOTE_MAX
from shop.core.query.spec import Listing, Mode, Word
from shop.core.validation.fields import Text, WholeNumber, coded
from shop.exception_codes.stock_ledger import StockLedgerExceptionCode as Code


class StockLedgerValidator:
    """Fields of a change of stock."""

    delta = WholeNumber(
        validate=[Range(-DELTA_MAX, DELTA_MAX), NoneOf([0], error="Zero changes nothing.")],
        metadata=coded(Code.DELTA_FORMAT) | {"example": 5, "not": {"enum": [0]}},
    )
    expected_stock = WholeNumber(validate=Range(0, DELTA_MAX), metadata=coded(Code.STOCK_FORMAT))
    stock = WholeNumber(validate=Range(0, DELTA_MAX), metadata=coded(Code.STOCK_FORMAT))
    reason = Text(
        NOTE_MAX, least=1, required=True, metadata=coded(Code.NOTE_FORMAT) | {"example": "found in the cellar"}
    )
    words = Listing(
        {
            "id": Word.whole(),
            "delta": Word.whole(),
            "reason": Word.choice(StockReason),
            "ref": Word.label(),
            "note": Word.phrase(),
            "actor": Word.whole(),
            "created_at": Word.moment(),
        },
        mode=Mode.CURSOR,
    )
