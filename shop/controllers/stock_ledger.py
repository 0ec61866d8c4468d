"""Changes of stock over HTTP."""

from dataclasses import dataclass
from typing import Any

from shop.checkers.stock_ledger import AdjustStockChecker, PageStockLedgerChecker
from shop.constants.item import STOCK_MAX
from shop.core.api.blueprint import Blueprint
from shop.core.api.conditional import IfMatchChecker, with_etag
from shop.core.api.controller import Controller
from shop.core.auth.guards import signed_in
from shop.core.caller import Caller
from shop.core.database.transaction import transactional
from shop.core.errors import CoreExceptionCode
from shop.core.http.envelope import Answer, with_version
from shop.core.http.etag import Precondition
from shop.core.http.request import request_uuid
from shop.core.openapi.envelopes import Shape
from shop.core.openapi.failures import failing
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.exception_codes.item import ItemExceptionCode
from shop.exception_codes.order import OrderExceptionCode
from shop.exception_codes.stock_ledger import StockLedgerExceptionCode as Code
from shop.schemas.item import ItemSchema
from shop.schemas.stock_ledger import StockLedgerSchema
from shop.services.stock_ledger import StockLedgerService
from shop.services.stock_ledger_list import StockLedgerListService
from shop.supports.stock import Adjustment
from shop.supports.stock_ledger import StockLedgerPolicy

blueprint = Blueprint("stock", __name__, url_prefix="/items", description="Changes of stock")
_ADJUST_ERRORS = (
    ItemExceptionCode.NOT_FOUND,
    failing(ItemExceptionCode.STOCK_INSUFFICIENT, current_stock=3),
    failing(Code.STOCK_CHANGED, current_stock=3),
    failing(Code.STOCK_FULL, most=STOCK_MAX),
    OrderExceptionCode.SYSTEM_BUSY,
    CoreExceptionCode.STATE_CHANGED,
)


@blueprint.route("/<id:item_id>/stock-adjustments", operation_ids={"POST": "adjustStock"})
@dataclass(eq=False)
class StockAdjustmentsController(Controller):
    """Manual adjustments of an item's stock."""

    ledger: StockLedgerService

    @blueprint.response(200, ItemSchema, errors=_ADJUST_ERRORS)
    @with_etag
    @signed_in(StockLedgerPolicy.create)
    @blueprint.arguments(AdjustStockChecker)
    @blueprint.arguments(IfMatchChecker, location="headers")
    @transactional
    def post(self, body: dict[str, Any], condition: Precondition, item_id: int, caller: Caller) -> Answer:
        """Adjust an item's stock by a delta or from an expected value."""
        expected_stock = body.get("expected_stock")
        delta = body["delta"] if expected_stock is None else body["stock"] - expected_stock
        # The same reference in every replay of the transaction, so that Redis takes the pieces only once.
        adjustment = Adjustment(str(request_uuid()), delta, expected_stock, body["reason"])
        return with_version(self.ledger.adjust(caller, item_id, adjustment, condition))


@blueprint.route("/<id:item_id>/stock-ledger", operation_ids={"GET": "listStockChanges"})
@dataclass(eq=False)
class StockLedgerController(Controller):
    """Ledger of an item's stock."""

    ledger: StockLedgerListService

    @blueprint.response(200, StockLedgerSchema, shape=Shape.QUERY, errors=(ItemExceptionCode.NOT_FOUND,))
    @signed_in(StockLedgerPolicy.view_any)
    @blueprint.arguments(PageStockLedgerChecker, location="query")
    @transactional
    def get(self, query: ListQuery, item_id: int) -> AnyPage[dict[str, Any]]:
        """List the changes of an item's stock, newest first."""
        return self.ledger.page(item_id, query)
