"""Buying, on which users and orders have to agree."""

from dataclasses import dataclass
from typing import Any

from shop.constants.order import Strategy
from shop.core.crypto.tokens import Claims
from shop.core.database.transaction import after_commit, release_connection
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.metrics.metrics import Counter, Metrics
from shop.core.rate_limiting.limiter import RateLimiter
from shop.core.resilience.backoff import retry_after
from shop.core.settings.settings import Settings
from shop.exception_codes.order import OrderExceptionCode
from shop.services.direct_sale import DirectSaleService
from shop.services.order import OrderService
from shop.services.purchase import PurchaseService
from shop.services.session import SessionService
from shop.supports.reservation import Purchase, Reservation

PURCHASE_COUNTER = Counter(
    "shop_purchases", "Purchases asked for, by the order's first state or why there is none.", ("outcome",)
)


@dataclass(frozen=True)
class OrderServiceManager:
    """Lets those buy whom the users know, without asking them each time."""

    orders: OrderService
    purchases: PurchaseService
    direct: DirectSaleService
    sessions: SessionService
    settings: Settings
    metrics: Metrics
    limits: RateLimiter

    def place(self, claims: Claims, purchase: Purchase, seconds: float) -> dict[str, Any]:
        """The order's card for the user that a good token stands for; raises ShopError with the reason for none.

        A reserved order is waited for at most so many seconds.
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
        if self.settings.purchase_strategy == Strategy.DB:
            self.limits.consume()
            self._require_caller(claims)
            return self._sell_directly(purchase)
        return self.orders.wait_until_written(self._reserve(claims, purchase), seconds)

    def _sell_directly(self, purchase: Purchase) -> dict[str, Any]:
        self.purchases.check_key(purchase)
        card = self.direct.sell(purchase)
        after_commit(self.purchases.store_key, purchase)
        return card

    def _reserve(self, claims: Claims, purchase: Purchase) -> Reservation:
        """Take the pieces for a user.

        One round trip, in which the gate itself says whether it knows the buyer. When it does not, the user is looked
        up, before anything is reserved.
        """
        reservation = self.purchases.place(purchase)
        if reservation is None:
            self._trust_buyer(claims, purchase)
            reservation = self.purchases.place(purchase)
        if reservation is None:
            # Redis forgot the introduction within a millisecond: it was flushed.
            raise ShopError(OrderExceptionCode.SYSTEM_BUSY, item_id=purchase.item_id, retry_after=retry_after())
        return reservation

    def _trust_buyer(self, claims: Claims, purchase: Purchase) -> None:
        self._require_caller(claims)
        # Before the pieces are taken: a commit that fails after it would hide them, and a buyer who waits for the order
        # to be written would hold what the writer needs.
        release_connection()
        self.purchases.trust_buyer(purchase)

    def _require_caller(self, claims: Claims) -> None:
        if self.sessions.authenticate(claims) is None:
            raise ShopError(CoreExceptionCode.TOKEN_INVALID)
