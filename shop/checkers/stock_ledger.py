"""Request schemas of the stock API."""

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, validates_schema

from shop.core.query.checker import ListChecker
from shop.core.query.spec import Relation
from shop.validators.stock_ledger import StockLedgerValidator
from shop.validators.user import UserValidator

_FORMS = frozenset({"delta", "expected_stock", "stock"})


class AdjustStockChecker(Schema):
    """Stock adjustment: by `delta`, or from `expected_stock` to `stock`.

    The second form is refused when the stock is not `expected_stock`.
    """

    delta = StockLedgerValidator.delta
    expected_stock = StockLedgerValidator.expected_stock
    stock = StockLedgerValidator.stock
    reason = StockLedgerValidator.reason

    document: ClassVar = {
        "example": {"delta": 5, "reason": "found in the cellar"},
    }

    # Told together with the errors of single fields, so it checks what was sent.
    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _check_exclusive(self, _: dict[str, Any], sent: Any, **options: Any) -> None:  # noqa: ARG002 - given shape
        if isinstance(sent, dict) and sent.keys() & _FORMS not in ({"delta"}, {"expected_stock", "stock"}):
            raise ValidationError("Say either delta, or expected_stock and stock.", "delta")


class PageStockLedgerChecker(ListChecker):
    """Query of ledger lines; `user` is the actor."""

    spec = StockLedgerValidator.spec.with_relation("user", Relation(UserValidator.spec.pick("name")))
