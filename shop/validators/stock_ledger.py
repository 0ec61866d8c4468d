"""Request fields of stock changes and their error codes."""

from marshmallow.validate import NoneOf, Range

from shop.constants.stock import StockReason
from shop.constants.stock_ledger import DELTA_MAX, NOTE_MAX
from shop.core.query.spec import FieldSpec, Mode, ResourceSpec
from shop.core.validation.fields import HumanText, WholeNumber, error_code
from shop.exception_codes.stock_ledger import StockLedgerExceptionCode as Code


class StockLedgerValidator:
    """Fields of a change of stock."""

    delta = WholeNumber(
        validate=[Range(-DELTA_MAX, DELTA_MAX), NoneOf([0], error="Zero changes nothing.")],
        metadata=error_code(Code.DELTA_FORMAT)
        | {"example": 5}
        | {"description": "Pieces to add, or to take if negative; not zero. Without `expected_stock` and `stock`."},
    )
    expected_stock = WholeNumber(
        validate=Range(0, DELTA_MAX),
        metadata=error_code(Code.STOCK_FORMAT)
        | {"description": "Number of available pieces that the caller has seen; together with `stock`."},
    )
    stock = WholeNumber(
        validate=Range(0, DELTA_MAX),
        metadata=error_code(Code.STOCK_FORMAT)
        | {"description": "New number of available pieces; together with `expected_stock`."},
    )
    reason = HumanText(
        NOTE_MAX,
        min_length=1,
        required=True,
        metadata=error_code(Code.NOTE_FORMAT)
        | {"example": "found in the cellar"}
        | {"description": "Reason of the adjustment, for the ledger."},
    )
    spec = ResourceSpec(
        {
            "id": FieldSpec.integer(),
            "delta": FieldSpec.integer(),
            "reason": FieldSpec.choice(StockReason),
            "ref": FieldSpec.exact_text(),
            "note": FieldSpec.searchable_text(),
            "actor": FieldSpec.integer(),
            "created_at": FieldSpec.datetime(),
        },
        mode=Mode.CURSOR,
    )
