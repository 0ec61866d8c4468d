"""Rules of sale gates, which open and close the sale of items."""

import uuid
from dataclasses import dataclass

from shop.cache_managers.item import ItemCacheManager
from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import GateState
from shop.core.clock import Clock
from shop.core.database.transaction import after_commit
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.supports.sale_gate import Claim, GateOpening
from shop.supports.sale_strategy import SaleStrategy, is_idle
from shop.supports.stock import parse_count


@dataclass(frozen=True)
class SaleGateService:
    """Opens sale gates in Redis with the state of MySQL."""

    items: ItemRepository
    orders: OrderRepository
    stock: StockCacheManager
    cache: ItemCacheManager
    clock: Clock
    strategy: SaleStrategy

    def partition(self, tenant_id: int, item_id: int) -> int:
        """Return the partition of an item."""
        return self.stock.partition(tenant_id, item_id)

    def is_settled(self, tenant_id: int, item_id: int) -> bool:
        """Return True when the gate needs no load."""
        return self.strategy.is_settled(self.stock.state(tenant_id, item_id))

    def begin_load(self, tenant_id: int, item_id: int) -> bool:
        """Permit the next load request; return True when a load is needed.

        In this order: a gate that is closed from now on may have to be loaded once more, by a request of its own.
        """
        self.stock.release_load_request(tenant_id, item_id)
        return not self.is_settled(tenant_id, item_id)

    def claim(self, tenant_id: int, item_id: int, *, data_lost: bool = False) -> str:
        """Close the gate of an item; return the token that opens it.

        `data_lost`: Redis lost receipts of the item.
        """
        gate = self.stock.state(tenant_id, item_id)
        # A direct sale writes no receipts, so they are missing like lost ones.
        data_lost = data_lost or is_idle(gate)
        claim = Claim(uuid.uuid4().hex, self.clock.microseconds(), data_lost)
        self.stock.claim(tenant_id, item_id, claim)
        return claim.token

    def holds_claim(self, item_id: int, token: str) -> bool:
        """Return True while the claim is the newest one.

        Locks the item row, so that no other load begins an epoch meanwhile.
        """
        item = self.items.lock(item_id)
        return item is None or self.stock.state(item.tenant_id, item_id).get("token") == token

    def begin_epoch(self, item_id: int) -> GateOpening | None:
        """Begin the next epoch of a drained item; None without an item."""
        item = self.items.lock(item_id)
        if item is None:
            return None
        # An epoch below one of these would give the numbers of existing orders or reservations again.
        redis_epoch = parse_count(self.stock.state(item.tenant_id, item_id).get("epoch"))
        last = self.orders.find_last_epoch(item_id)
        item.epoch = max(item.epoch, last, redis_epoch) + 1
        # A load repairs. It also follows a change of strategy, before which other processes may have changed the item.
        after_commit(self.cache.delete_item, item_id)
        return GateOpening(
            stock=item.stock,
            epoch=item.epoch,
            price_minor=item.price_minor,
            currency=item.currency,
            max_per_user=item.max_per_user,
            adj_seq=item.adj_seq,
            units=self.orders.sum_units_by_user(item_id) if item.max_per_user else {},
            state=self.strategy.target_state(sellable=item.sellable),
            # Direct sales of an item that was never loaded are in epoch 0.
            has_orders=bool(last or self.orders.find_last_number(item_id, 0)),
        )

    def open(self, tenant_id: int, item_id: int, token: str, opening: GateOpening) -> bool:
        """Write the new epoch to Redis.

        Returns False when another claim closed the gate meanwhile; its load opens it.
        """
        if opening.state is GateState.CLOSED:
            # Redis keeps its older epoch, since the database gives the numbers of this one.
            return self.stock.state(tenant_id, item_id).get("token") == token
        return self.stock.open(tenant_id, item_id, token, opening)

    def open_to_buyers(self, tenant_id: int, item_id: int, token: str, opening: GateOpening) -> bool:
        """End the load and admit buyers, unless the item is retired.

        Returns False when buyers are not admitted, or another claim closed the gate meanwhile.
        """
        return self.stock.open_to_buyers(tenant_id, item_id, token, opening.state) and opening.state == GateState.OPEN

    def find_unloaded(self) -> list[tuple[int, int]]:
        """Return (tenant, item) of items on sale with unsettled gates, newest first."""
        items = [(item.tenant_id, item.id) for item in self.items.find_on_sale()]
        gates = self.stock.states(items)
        return [place for place, gate in zip(items, gates, strict=True) if not self.strategy.is_settled(gate)]
