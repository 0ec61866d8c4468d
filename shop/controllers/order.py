"""Purchases and orders over HTTP."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request

from shop.checkers.order import PageOrderChecker, PurchaseHeadersChecker, PurchaseItemChecker
from shop.constants.order import OrderStatus
from shop.core.api.blueprint import Blueprint
from shop.core.api.controller import Controller
from shop.core.api.preferences import heed_prefer
from shop.core.auth.guards import signed_in, with_token
from shop.core.caller import Caller
from shop.core.clock import Clock
from shop.core.crypto.tokens import Claims
from shop.core.database.transaction import transactional
from shop.core.http.envelope import Answer, accepted, created, with_preference
from shop.core.http.request import request_uuid
from shop.core.idempotency.policy import IdempotencyPolicy, idempotent
from shop.core.idempotency.record import current_idempotency_key
from shop.core.openapi.envelopes import Shape
from shop.core.openapi.failures import failing
from shop.core.pagination.pages import AnyPage
from shop.core.query.query import ListQuery
from shop.core.rate_limiting.quota import Bucket
from shop.core.rate_limiting.route_limit import rate_limit
from shop.core.trace import record_created
from shop.exception_codes.item import ItemExceptionCode
from shop.exception_codes.order import OrderExceptionCode as Code
from shop.exception_codes.user import UserExceptionCode
from shop.schemas.order import OrderSchema
from shop.service_managers.order import OrderServiceManager
from shop.services.account import AccountService
from shop.services.order import OrderService
from shop.services.stock_ledger import StockLedgerService
from shop.supports.order import OrderPolicy
from shop.supports.purchase import derive_purchase_id, parse_wait_preference
from shop.supports.reservation import Purchase

blueprint = Blueprint("orders", __name__, description="Purchases and orders")
_PURCHASE_ERRORS = (
    ItemExceptionCode.NOT_FOUND,
    failing(ItemExceptionCode.STOCK_INSUFFICIENT, current_stock=3),
    failing(Code.PURCHASE_LIMIT, limit=4),
    Code.SYSTEM_BUSY,
)
# With `Prefer: wait`, or repeated: the order is written by then.
_WRITTEN = {201: {"status": OrderStatus.CONFIRMED}}
_CANCEL_ERRORS = (
    Code.NOT_FOUND,
    failing(Code.ORDER_CLOSED, order_status=OrderStatus.CANCELLED),
    Code.NOT_WRITTEN,
)


@blueprint.route("/items/<id:item_id>/purchase")
@dataclass(eq=False)
class PurchaseOrderController(Controller):
    """Purchases of an item."""

    purchases: OrderServiceManager
    clock: Clock

    @blueprint.response(202, OrderSchema, errors=_PURCHASE_ERRORS, other_statuses=_WRITTEN)
    @rate_limit(Bucket.PURCHASE, deferred=True)
    @with_token(OrderPolicy.create)
    # The receipt serves as the idempotency record. Without a key every request is a new purchase.
    @idempotent(IdempotencyPolicy(required=False, store_response=False))
    @blueprint.arguments(PurchaseItemChecker)
    @blueprint.arguments(PurchaseHeadersChecker, location="headers")
    @heed_prefer
    @transactional
    def post(self, body: dict[str, Any], headers: dict[str, Any], item_id: int, claims: Claims) -> Answer:
        """Buy pieces of an item.

        The pieces are reserved at once and 202 is returned. With `Prefer: wait=2` the request waits up to two seconds
        and returns 201 when the order is written by then.
        """
        key, tenant_id, user_id = current_idempotency_key(), claims.tenant_id, claims.user_id
        spellings = key.spellings if key else ()
        derived = [derive_purchase_id(tenant_id, each.owner, request.path, each.value) for each in spellings]
        purchase = Purchase(
            order_id=derived[0] if derived else request_uuid(),
            tenant_id=tenant_id,
            item_id=item_id,
            user_id=user_id,
            quantity=body["quantity"],
            moment=self.clock.microseconds(),
            idempotency_key=key,
            session_id=claims.session_id,
            other_ids=tuple(derived[1:]),
        )
        seconds = parse_wait_preference(headers.get("prefer"))
        order = self.purchases.place_order(claims, purchase, seconds)
        record_created(order["id"])
        respond = accepted if order["status"] in (OrderStatus.PENDING, OrderStatus.REJECTED) else created
        return with_preference(respond(order, f"/api/v1/orders/{order['id']}"), f"wait={seconds}" if seconds else "")


@blueprint.route("/orders")
@dataclass(eq=False)
class OrdersController(Controller):
    """The caller's orders."""

    orders: OrderService

    @blueprint.response(200, OrderSchema, shape=Shape.QUERY)
    @signed_in(OrderPolicy.view_own)
    @blueprint.arguments(PageOrderChecker, location="query")
    @transactional
    def get(self, query: ListQuery, caller: Caller) -> AnyPage[dict[str, Any]]:
        """List the caller's orders, newest first."""
        return self.orders.page(caller.user_id, query)


@blueprint.route("/users/<id:user_id>/orders", operation_ids={"GET": "listUserOrders"})
@dataclass(eq=False)
class UserOrdersController(Controller):
    """Orders of a user."""

    accounts: AccountService
    orders: OrderService

    @blueprint.response(200, OrderSchema, shape=Shape.QUERY, errors=(UserExceptionCode.NOT_FOUND,))
    @signed_in(OrderPolicy.view_any)
    @blueprint.arguments(PageOrderChecker, location="query")
    @transactional
    def get(self, query: ListQuery, user_id: int) -> AnyPage[dict[str, Any]]:
        """List the orders of a user, newest first."""
        self.accounts.require_user(user_id)
        return self.orders.page(user_id, query)


@blueprint.route("/orders/<uuid:order_id>")
@dataclass(eq=False)
class OrderController(Controller):
    """One order."""

    orders: OrderService

    @blueprint.response(200, OrderSchema, errors=(Code.NOT_FOUND,))
    @signed_in(OrderPolicy.view)
    @transactional
    def get(self, order_id: UUID, caller: Caller) -> dict[str, Any]:
        """Read an order; an acknowledged order is always found."""
        return self.orders.get(caller, order_id)


@blueprint.route("/orders/<uuid:order_id>/cancel")
@dataclass(eq=False)
class CancelOrderController(Controller):
    """Cancellation of an order."""

    ledger: StockLedgerService

    @blueprint.response(200, OrderSchema, errors=_CANCEL_ERRORS)
    @signed_in(OrderPolicy.cancel)
    @transactional
    def post(self, order_id: UUID, caller: Caller) -> dict[str, Any]:
        """Cancel an order; its pieces can be bought again."""
        return self.ledger.cancel(caller, order_id)
