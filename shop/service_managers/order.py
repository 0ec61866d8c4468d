"""Purchases, coordinated between sessions and orders."""

from dataclasses import dataclass
from typing import Any

from shop.core.crypto.tokens import Claims
from shop.core.database.transaction import after_commit, release_connection
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.metrics.metrics import Counter, Metrics
from shop.core.resilience.backoff import retry_after
from shop.exception_codes.order import OrderExceptionCode
from shop.services.direct_sale import DirectSaleService
from shop.services.order import OrderService
from shop.services.purchase import PurchaseService
from shop.services.session import SessionService
from shop.supports.reservation import Purchase, Reservation
from shop.supports.sale_strategy import SaleStrategy

PURCHASE_COUNTER = Counter(
    "shop_purchases", "Purchases by the first status of the order, or by the error code.", ("outcome",)
)


@dataclass(frozen=True)
class OrderServiceManager:
    """Places purchases of authenticated buyers."""

    orders: OrderService
    purchases: PurchaseService
    direct: DirectSaleService
    sessions: SessionService
    strategy: SaleStrategy
    metrics: Metrics

    def place_order(self, claims: Claims, purchase: Purchase, seconds: float) -> dict[str, Any]:
        """Place a purchase; return the card of its order.

        Waits up to `seconds` for a reserved order to be written. Raises ShopError with the reason of a refusal.
        """
        outcome = "failed"
        try:
            card = self._place(claims, purchase, seconds)
            outcome = card["status"]
            return card
        except ShopError as error:
            outcome = error.code.name.lower()
            raise
        finally:
            self.metrics.count(PURCHASE_COUNTER, outcome)

    def _place(self, claims: Claims, purchase: Purchase, seconds: float) -> dict[str, Any]:
        if self.strategy.database_sells:
            other = self.purchases.count_purchase(purchase)
            self._require_caller(claims)
            self.purchases.require_unused(purchase, other)
            return self._sell_directly(purchase)
        return self.orders.wait_until_written(self._reserve(claims, purchase), seconds)

    def _sell_directly(self, purchase: Purchase) -> dict[str, Any]:
        card = self.direct.sell(purchase)
        after_commit(self.purchases.store_key, purchase)
        return card

    def _reserve(self, claims: Claims, purchase: Purchase) -> Reservation:
        """Reserve stock in one round trip.

        An unknown buyer is authenticated before anything is reserved, which takes another one.
        """
        reservation = self.purchases.reserve(purchase)
        if reservation is None:
            self._trust_buyer(claims, purchase)
            reservation = self.purchases.reserve(purchase)
        if reservation is None:
            # Redis lost the trusted buyer within a millisecond: it was flushed.
            raise ShopError(OrderExceptionCode.SYSTEM_BUSY, item_id=purchase.item_id, retry_after=retry_after())
        return reservation

    def _trust_buyer(self, claims: Claims, purchase: Purchase) -> None:
        self._require_caller(claims)
        # Released before the reservation: a failed commit after it would hide the reservation, and a request that waits
        # for the order would keep a connection that the drain needs.
        release_connection()
        self.purchases.trust_buyer(purchase)

    def _require_caller(self, claims: Claims) -> None:
        if self.sessions.authenticate(claims) is None:
            raise ShopError(CoreExceptionCode.TOKEN_INVALID)
