"""Rules of the gate: opens and closes the sale of an item."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from shop.cache_managers.item import ItemCacheManager
from shop.cache_managers.stock import StockCacheManager
from shop.constants.order import Strategy
from shop.constants.stock import GateState
from shop.core.clock import Clock
from shop.core.database.transaction import after_commit
from shop.core.settings.settings import Settings
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.supports.sale_gate import Claim, GateOpening
from shop.supports.stock import parse_count


@dataclass(frozen=True)
class SaleGateService:
    """Opens gates with what MySQL says."""

    items: ItemRepository
    orders: OrderRepository
    stock: StockCacheManager
    cache: ItemCacheManager
    clock: Clock
    settings: Settings

    def partition(self, tenant_id: int, item_id: int) -> int:
        """The partition of an item."""
        return self.stock.partition(tenant_id, item_id)

    def is_open(self, tenant_id: int, item_id: int) -> bool:
        """Whether an item can be bought now."""
        return self.stock.state(tenant_id, item_id).get("state") == GateState.OPEN

    def is_settled(self, tenant_id: int, item_id: int) -> bool:
        """Whether the gate stands as the strategy wants it: open, or closed where the database sells."""
        return self._is_settled(self.stock.state(tenant_id, item_id))

    def claim(self, tenant_id: int, item_id: int, *, data_lost: bool = False) -> str:
        """Close the gate of an item; the answer is the token that may open it. `wrong`: Redis forgot something."""
        gate = self.stock.state(tenant_id, item_id)
        # Where the database sold, it wrote no receipts: they are missing like lost ones.
        data_lost = data_lost or _is_idle(gate)
        claim = Claim(uuid.uuid4().hex, self.clock.microseconds(), data_lost)
        self.stock.claim(tenant_id, item_id, claim)
        return claim.token

    def holds_claim(self, item_id: int, token: str) -> bool:
        """Whether a claim is the newest; the row is held, so that no other load begins an epoch meanwhile."""
        item = self.items.lock(item_id)
        return item is None or self.stock.state(item.tenant_id, item_id).get("token") == token

    def begin_epoch(self, item_id: int) -> GateOpening | None:
        """What the gate of a closed and drained item opens with; None when there is no item."""
        item = self.items.lock(item_id)
        if item is None:
            return None
        # A number that somebody set back would be given again, to orders or to reservations that wait.
        sold_in = parse_count(self.stock.state(item.tenant_id, item_id).get("epoch"))
        last = self.orders.find_last_epoch(item_id)
        item.epoch = max(item.epoch, last, sold_in) + 1
        # A load repairs; and it follows a change of strategy, before which others may have changed the words.
        after_commit(self.cache.delete_item, item_id)
        return GateOpening(
            stock=item.stock,
            epoch=item.epoch,
            price_minor=item.price_minor,
            currency=item.currency,
            max_per_user=item.max_per_user,
            adj_seq=item.adj_seq,
            units=self.orders.sum_units_by_user(item_id) if item.max_per_user else {},
            state=self._target_state(sellable=item.sellable),
            # The database sells what was never loaded in epoch 0.
            has_orders=bool(last or self.orders.find_last_number(item_id, 0)),
        )

    def open(self, tenant_id: int, item_id: int, token: str, opening: GateOpening) -> bool:
        """Begin the epoch; False when somebody else closed the gate meanwhile, who will open it too."""
        if opening.state is GateState.CLOSED:
            # Redis keeps its older epoch: it gives no number in this one, where the database gives them.
            return self.stock.state(tenant_id, item_id).get("token") == token
        return self.stock.open(tenant_id, item_id, token, opening)

    def open_to_buyers(self, tenant_id: int, item_id: int, token: str, opening: GateOpening) -> bool:
        """End the load: let buyers in, where there is something to buy from Redis; False as above."""
        return self.stock.open_to_buyers(tenant_id, item_id, token, opening.state) and opening.state == GateState.OPEN

    def find_unloaded(self) -> list[tuple[int, int]]:
        """(tenant, item) of everything on sale whose gate does not stand as the strategy wants it, newest first."""
        items = [(item.tenant_id, item.id) for item in self.items.find_on_sale()]
        gates = self.stock.states(items)
        return [place for place, gate in zip(items, gates, strict=True) if not self._is_settled(gate)]

    @property
    def _database_sells(self) -> bool:
        return self.settings.purchase_strategy == Strategy.DB

    def _target_state(self, *, sellable: bool) -> GateState:
        if self._database_sells:
            return GateState.CLOSED
        return GateState.OPEN if sellable else GateState.RETIRED

    def _is_settled(self, gate: Mapping[str, str]) -> bool:
        if self._database_sells:
            return not gate or _is_idle(gate)
        return gate.get("state") == GateState.OPEN


def _is_idle(gate: Mapping[str, str]) -> bool:
    # Closed by a load that came to its end; while one is at work, or died, its token is there.
    return gate.get("state") == GateState.CLOSED and "token" not in gate
