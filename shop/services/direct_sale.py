"""Rules of purchases that the database sells itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from shop.combinations.order import OrderCombination
from shop.constants.order import OrderStatus
from shop.constants.stock import StockReason
from shop.core.clock import from_microseconds, to_microseconds
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.idempotency.record import add_replay_headers_later
from shop.core.settings.settings import Settings
from shop.exception_codes.item import ItemExceptionCode
from shop.exception_codes.order import OrderExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.supports.reservation import Purchase

if TYPE_CHECKING:
    from shop.models.item import Item
    from shop.models.order import Order


@dataclass(frozen=True)
class DirectSaleService:
    """Takes the stock and writes the order in one transaction, without Redis."""

    items: ItemRepository
    orders: OrderRepository
    ledger: StockLedgerRepository
    combination: OrderCombination
    settings: Settings

    def sell(self, purchase: Purchase) -> dict[str, Any]:
        """Write the order and return its card.

        A repeated purchase id gets the existing order. Raises ShopError with the reason of a refusal.
        """
        taken = self.items.sell(purchase.item_id, purchase.quantity)
        # Read while the item row is locked: of two requests with one key, the second sees the order of the first.
        order, purchase = self._find_order(purchase)
        if order is None:
            item = self._get_item(purchase)
            if not taken:
                self._refuse_insufficient(item)
            self._check_limit(purchase, item)
            order = self._write(purchase, item)
        elif order.quantity != purchase.quantity:
            raise ShopError(CoreExceptionCode.KEY_OTHER_REQUEST, part="body")
        else:
            self._require_replays(purchase)
            add_replay_headers_later()
            if taken:
                self.items.put_back(purchase.item_id, purchase.quantity)
        return self.combination.card(order)

    def _find_order(self, purchase: Purchase) -> "tuple[Order | None, Purchase]":
        """Return the order of the key, or None, and the purchase.

        The purchase has the id of its order. An order that is older than the life of the key does not count.
        """
        found = self.orders.find_many(purchase.order_ids)
        order = _find_valid(purchase, found)
        if found and order is None:
            purchase = purchase.renew()
            order = _find_valid(purchase, self.orders.find_many(purchase.order_ids))
        return order, purchase

    def _require_replays(self, purchase: Purchase) -> None:
        if purchase.idempotency_key and self.settings.idempotency_on_duplicate == "error":
            raise ShopError(CoreExceptionCode.KEY_DUPLICATE)

    def _get_item(self, purchase: Purchase) -> "Item":
        item = self.items.find(purchase.item_id)
        if item is None or not item.sellable:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=purchase.item_id)
        return item

    def _refuse_insufficient(self, item: "Item") -> NoReturn:
        raise ShopError(ItemExceptionCode.STOCK_INSUFFICIENT, item_id=item.id, current_stock=item.stock)

    def _check_limit(self, purchase: Purchase, item: "Item") -> None:
        limit = item.max_per_user
        if limit is None:
            return
        units = self.orders.count_units(item.id, purchase.user_id)
        if units + purchase.quantity > limit:
            raise ShopError(OrderExceptionCode.PURCHASE_LIMIT, item_id=item.id, limit=limit)

    def _write(self, purchase: Purchase, item: "Item") -> "Order":
        moment = from_microseconds(purchase.moment)
        self.ledger.create(
            item_id=item.id,
            delta=-purchase.quantity,
            reason=StockReason.SALE,
            ref=str(purchase.order_id),
            created_at=moment,
        )
        return self.orders.create(
            id=purchase.order_id,
            item_id=item.id,
            user_id=purchase.user_id,
            quantity=purchase.quantity,
            unit_price_minor=item.price_minor,
            total_minor=item.price_minor * purchase.quantity,
            currency=item.currency,
            status=OrderStatus.CONFIRMED,
            epoch=item.epoch,
            # No number is given twice: the item row is locked until the commit.
            seq=self.orders.find_last_number(item.id, item.epoch) + 1,
            created_at=moment,
            updated_at=moment,
        )


def _find_valid(purchase: Purchase, orders: "Mapping[UUID, Order]") -> "Order | None":
    found = (orders[order_id] for order_id in purchase.order_ids if order_id in orders)
    return next(
        (order for order in found if purchase.belongs_to_key(order.id, to_microseconds(order.created_at))), None
    )
