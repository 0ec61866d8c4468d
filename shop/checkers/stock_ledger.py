"""Request schemas of the stock API."""

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, validates_schema

from shop.core.query.checker import ListChecker
from shop.core.query.spec import Relation
from shop.validators.stock_ledger import StockLedgerValidator
from shop.validators.user import UserValidator


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

    @validates_schema
    def _check_exclusive(self, body: dict[str, Any], **_: Any) -> None:
        if set(body) - {"reason"} not in ({"delta"}, {"expected_stock", "stock"}):
            raise ValidationError("Say either delta, or expected_stock and stock.", "delta")


class PageStockLedgerChecker(ListChecker):
    """Query of ledger lines; `user` is the actor."""

    spec = StockLedgerValidator.spec.with_relation("user", Relation(UserValidator.spec.pick("name")))
