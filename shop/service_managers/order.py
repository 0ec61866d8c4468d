"""Buying, on which users and orders have to agree."""

from dataclasses import dataclass

from shop.cache_managers.stock import Purchase, Reservation
from shop.constants.order import RETRY_AFTER_SECONDS
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.tokens import Claims
from shop.core.transaction import end_reading
from shop.exception_codes.order import OrderExceptionCode
from shop.services.order import OrderService
from shop.services.user import UserService


@dataclass(frozen=True)
class OrderServiceManager:
    """Lets those buy whom the users know, without asking them each time."""

    orders: OrderService
    users: UserService

    def place(self, claims: Claims, purchase: Purchase) -> Reservation:
        """Reserve for the user that a good token stands for; raises ShopError with the reason when that fails.

        One round trip, in which the gate itself says whether it knows the buyer. When it does not, the user is looked
        up, before anything is reserved.
        """
        reservation = self.orders.place(purchase)
        if reservation is None:
            self._introduce(claims, purchase)
            reservation = self.orders.place(purchase)
        if reservation is None:
            # Redis forgot the introduction within a millisecond: it was flushed.
            raise ShopError(OrderExceptionCode.SYSTEM_BUSY, item_id=purchase.item_id, retry_after=RETRY_AFTER_SECONDS)
        return reservation

    def _introduce(self, claims: Claims, purchase: Purchase) -> None:
        if self.users.identify(claims) is None:
            raise ShopError(CoreExceptionCode.TOKEN_INVALID)
        # Before the pieces are taken: a commit that fails after it would hide them, and a buyer who waits for the order
        # to be written would hold what the writer needs.
        end_reading()
        self.orders.introduce(purchase)
