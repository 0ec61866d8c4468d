"""Rules of stock changes other than sales: cancellations and adjustments."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shop.cache_managers.stock import StockCacheManager
from shop.combinations.item import ItemCombination
from shop.combinations.order import OrderCombination
from shop.constants.item import STOCK_MAX
from shop.constants.job import JobName
from shop.constants.order import CANCEL_WAIT_SECONDS, OrderStatus
from shop.constants.stock import CreditOutcome, StockReason, WithdrawalOutcome
from shop.core.caller import Caller
from shop.core.clock import Clock
from shop.core.database.transaction import after_commit, release_connection
from shop.core.errors import ShopError
from shop.core.http.etag import Precondition
from shop.core.jobs.queue import JobQueue
from shop.core.resilience.backoff import retry_after
from shop.core.resilience.bounded_wait import BoundedWait
from shop.exception_codes.item import ItemExceptionCode
from shop.exception_codes.order import OrderExceptionCode
from shop.exception_codes.stock_ledger import StockLedgerExceptionCode
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.supports.order import OrderPolicy
from shop.supports.sale_gate import CreditNote, Withdrawal
from shop.supports.sale_strategy import SaleStrategy, takes_withdrawals
from shop.supports.stock import Adjustment

if TYPE_CHECKING:
    from shop.models.item import Item
    from shop.models.order import Order


# Time that a credit waits for the one before it.
CREDIT_WAIT_SECONDS = 0.1


@dataclass(frozen=True)
class StockLedgerService:
    """Takes early and gives late.

    Stock that leaves the sale leaves Redis first; stock that comes back comes to MySQL first.
    """

    items: ItemRepository
    orders: OrderRepository
    ledger: StockLedgerRepository
    stock: StockCacheManager
    item_combination: ItemCombination
    order_combination: OrderCombination
    queue: JobQueue
    bounded_wait: BoundedWait
    clock: Clock
    strategy: SaleStrategy

    def cancel(self, caller: Caller, order_id: UUID) -> dict[str, Any]:
        """Cancel an order once and return its stock; return the order.

        Raises ShopError: NOT_FOUND, NOT_WRITTEN (retry later), ORDER_CLOSED.
        """
        visible_order = self._find_order(caller, order_id)
        # The item is locked first, as in every transaction that writes orders.
        with self.bounded_wait.lend_turn():
            item, order = self.items.lock(visible_order.item_id), self.orders.lock(order_id)
        if item is None or order is None:  # pragma: no cover - rows of items and orders are never deleted
            raise ShopError(OrderExceptionCode.NOT_FOUND, order_id=str(order_id))
        if order.status != OrderStatus.CONFIRMED:
            raise ShopError(OrderExceptionCode.ORDER_CLOSED, order_id=str(order_id), order_status=order.status)
        order.status, order.updated_at = OrderStatus.CANCELLED, self.clock.now()
        line = {"reason": StockReason.RETURN, "ref": str(order.id), "actor": caller.user_id}
        self._add_credit(item, order.quantity, order.user_id, **line)
        return self.order_combination.card(order)

    def adjust(self, caller: Caller, item_id: int, adjustment: Adjustment, condition: Precondition) -> dict[str, Any]:
        """Adjust the stock if the item meets the condition; return the item.

        Raises ShopError: NOT_FOUND, STATE_CHANGED, STOCK_CHANGED, STOCK_INSUFFICIENT, STOCK_FULL, SYSTEM_BUSY (the gate
        is closed).
        """
        item, info = self._lock_item(item_id, adjustment, condition)
        takes = adjustment.delta < 0 or adjustment.expected_stock is not None
        if takes and not self._withdraw(item, adjustment):
            self._wait_for_gate(item)
            item, info = self._lock_item(item_id, adjustment, condition)
            if not self._withdraw(item, adjustment):
                raise ShopError(OrderExceptionCode.SYSTEM_BUSY, item_id=item_id, retry_after=retry_after())
        line = {
            "reason": StockReason.ADJUSTMENT,
            "ref": adjustment.ref,
            "note": adjustment.note,
            "actor": caller.user_id,
        }
        available = self.stock.find_available([(item.tenant_id, item.id)]).get(item.id)
        if adjustment.delta > 0:
            self._add_credit(item, adjustment.delta, 0, **line)
            available = None if available is None else available + adjustment.delta
        elif adjustment.delta < 0:
            item.stock += adjustment.delta
            self._write_line(item, adjustment.delta, **line)
        return self.item_combination.card(info, item.stock if available is None else available)

    def _lock_item(
        self, item_id: int, adjustment: Adjustment, condition: Precondition
    ) -> "tuple[Item, dict[str, Any]]":
        with self.bounded_wait.lend_turn():
            item = self.items.lock(item_id)
        if item is None or item.deleted_at:
            raise ShopError(ItemExceptionCode.NOT_FOUND, item_id=item_id)
        info = self.item_combination.info(item)
        condition.check(info["version"])
        if item.stock + adjustment.delta > STOCK_MAX:
            raise ShopError(StockLedgerExceptionCode.STOCK_FULL, item_id=item_id, most=STOCK_MAX)
        return item, info

    def _find_order(self, caller: Caller, order_id: UUID) -> "Order":
        # An order of another user is not found by the query, so it costs the same as an unknown one.
        order = self.orders.find_visible(order_id, OrderPolicy.cancel.required_owner(caller))
        if order is None and self._is_pending(caller, order_id):
            # A waiting request must not keep a connection that the drain needs to write the order.
            release_connection()
            order = self.bounded_wait.poll(
                partial(self._read_order, order_id), CANCEL_WAIT_SECONDS
            ) or self._read_order(order_id)
            if order is None:
                raise ShopError(OrderExceptionCode.NOT_WRITTEN, order_id=str(order_id), retry_after=retry_after())
        if order is None or not OrderPolicy.cancel.allows_row(caller, order.user_id):
            raise ShopError(OrderExceptionCode.NOT_FOUND, order_id=str(order_id))
        return order

    def _read_order(self, order_id: UUID) -> "Order | None":
        order = self.orders.find(order_id)
        release_connection()
        return order

    def _is_pending(self, caller: Caller, order_id: UUID) -> bool:
        reservation = self.stock.search_reservation(order_id)
        if reservation is None or not OrderPolicy.cancel.allows_row(caller, reservation.user_id):
            return False
        if reservation.state == "R":
            rejected = OrderStatus.REJECTED
            raise ShopError(OrderExceptionCode.ORDER_CLOSED, order_id=str(order_id), order_status=rejected)
        return True

    def _withdraw(self, item: "Item", adjustment: Adjustment) -> bool:
        """Take pieces out of the sale; return False at a closed gate."""
        if not self.strategy.redis_sells(item.epoch):
            # Redis does not sell the item, so the stock of MySQL is all that is available.
            left, outcome = item.stock, WithdrawalOutcome.TAKEN
            if adjustment.expected_stock not in (None, left):
                outcome = WithdrawalOutcome.CHANGED
            elif left + adjustment.delta < 0:
                outcome = WithdrawalOutcome.SOLD_OUT
        else:
            withdrawal = Withdrawal(adjustment.ref, max(0, -adjustment.delta), adjustment.expected_stock, item.epoch)
            outcome, left = self.stock.take(item.tenant_id, item.id, withdrawal)
        if outcome == WithdrawalOutcome.CHANGED:
            raise ShopError(StockLedgerExceptionCode.STOCK_CHANGED, item_id=item.id, current_stock=left)
        if outcome == WithdrawalOutcome.SOLD_OUT:
            raise ShopError(ItemExceptionCode.STOCK_INSUFFICIENT, item_id=item.id, current_stock=left)
        return outcome == WithdrawalOutcome.TAKEN

    def _wait_for_gate(self, item: "Item") -> None:
        """Request the load of a closed gate and wait for its end.

        Gives up the lock of the row, which the load needs.
        """
        place = item.tenant_id, item.id
        if self.stock.claim_load_request(*place):
            self.queue.enqueue_first(JobName.LOAD_STOCK, tenant_id=item.tenant_id, item_id=item.id)
        release_connection()
        self.bounded_wait.poll_gate(lambda: takes_withdrawals(self.stock.state(*place)) or None)

    def _add_credit(self, item: "Item", pieces: int, user_id: int, **line: Any) -> None:
        item.stock += pieces
        item.adj_seq += 1
        self._write_line(item, pieces, adj_seq=item.adj_seq, **line)
        note = CreditNote(item.adj_seq, pieces, item.epoch, user_id)
        after_commit(self._apply_credit, item.tenant_id, item.id, note)

    def _write_line(self, item: "Item", delta: int, **line: Any) -> None:
        # `updated_at` of the item stays: it is about its fields, and stock changes are in the ledger.
        self.ledger.create(item_id=item.id, delta=delta, created_at=self.clock.now(), **line)

    def _apply_credit(self, tenant_id: int, item_id: int, credit: CreditNote) -> None:
        apply = partial(self.stock.apply, tenant_id, item_id, credit)
        if apply() != CreditOutcome.OUT_OF_ORDER:
            return
        # An earlier credit is about to arrive, or it was lost with its process, and the job has to apply both.
        if not self.bounded_wait.poll(lambda: apply() != CreditOutcome.OUT_OF_ORDER or None, CREDIT_WAIT_SECONDS):
            self.queue.enqueue(JobName.SYNC_STOCK, tenant_id=tenant_id, item_id=item_id)
