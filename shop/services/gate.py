"""Rules of the gate: opens the sale of an item, and keeps both stores agreed about it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from shop.cache_managers.stock import CreditNote, Opening, StockCacheManager
from shop.constants.stock import Cause, GateState, StockReason
from shop.core.clock import Clock
from shop.core.patience import Patience
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.repositories.reconcile_run import ReconcileRunRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.supports.stock import Difference, Truth, compare

if TYPE_CHECKING:
    from shop.models.item import Item

# While we hold the row nobody writes orders of the item; those just written are finalized within this.
FINALIZING_SECONDS = 0.3
PAGE = 500
# More do not fit the column: somebody wrote nonsense.
EPOCH_DIGITS = 10


@dataclass(frozen=True)
class GateService:
    """Opens gates with what MySQL says, and finds those that say something else."""

    items: ItemRepository
    orders: OrderRepository
    ledger: StockLedgerRepository
    runs: ReconcileRunRepository
    stock: StockCacheManager
    patience: Patience
    clock: Clock

    def partition(self, tenant_id: int, item_id: int) -> int:
        """The partition of an item."""
        return self.stock.partition(tenant_id, item_id)

    def is_open(self, tenant_id: int, item_id: int) -> bool:
        """Whether an item can be bought now."""
        return self.stock.state(tenant_id, item_id).get("state") == GateState.OPEN

    def close(self, tenant_id: int, item_id: int) -> str:
        """Close the gate of an item; the answer is the token that may open it."""
        token = uuid.uuid4().hex
        self.stock.claim(tenant_id, item_id, token)
        return token

    def begin_epoch(self, item_id: int) -> Opening | None:
        """What the gate of a closed and drained item opens with; None when there is no such item."""
        item = self.items.lock(item_id)
        if item is None:
            return None
        # A number that somebody set back would be given again, to orders or to reservations that wait.
        sold_in = _number(self.stock.state(item.tenant_id, item_id).get("epoch"))
        item.epoch = max(item.epoch, self.orders.find_last_epoch(item_id), sold_in) + 1
        return Opening(
            state=GateState.OPEN if item.sellable else GateState.RETIRED,
            stock=item.stock,
            epoch=item.epoch,
            price_minor=item.price_minor,
            currency=item.currency,
            max_per_user=item.max_per_user,
            adj_seq=item.adj_seq,
            units=self.orders.units_by_user(item_id) if item.max_per_user else {},
        )

    def open(self, tenant_id: int, item_id: int, token: str, opening: Opening) -> bool:
        """Open the gate; False when somebody else closed it meanwhile, who will open it too."""
        return self.stock.open(tenant_id, item_id, token, opening)

    def find_unloaded(self) -> list[tuple[int, int]]:
        """(tenant, item) of everything on sale whose gate is not open, newest first."""
        items = [(item.tenant_id, item.id) for item in self.items.find_on_sale()]
        gates = self.stock.states(items)
        return [place for place, gate in zip(items, gates, strict=True) if gate.get("state") != GateState.OPEN]

    def find_suspects(self, after: int) -> tuple[list[tuple[int, int]], int | None]:
        """(tenant, item) of those on sale after an item id that look wrong at a glance, and the id to go on after.

        A glance takes no lock, so it also suspects what is only moving.
        """
        items = self.items.find_on_sale_after(after, PAGE)
        gates = self.stock.states([(item.tenant_id, item.id) for item in items])
        suspects = [
            (item.tenant_id, item.id)
            for item, gate in zip(items, gates, strict=True)
            # The sum may fit while its parts do not; that takes a closer look.
            if _is_comparable(item, gate) and (gate.get("pend") != "0" or compare(_truth(item), gate, None))
        ]
        return suspects, items[-1].id if len(items) == PAGE else None

    def deliver(self, tenant_id: int, item_id: int) -> int:
        """Let the credits that got lost on their way reach the sale, in order; how many there were."""
        gate = self.stock.state(tenant_id, item_id)
        missing = self._missing(item_id, gate) if gate.get("hwm", "").isdigit() else []
        for credit in missing:
            self.stock.apply(tenant_id, item_id, credit)
        return len(missing)

    def look(self, item_id: int) -> Difference | None:
        """Where an open gate says something else than MySQL; nothing moves meanwhile, since the row is locked."""
        item = self.items.lock(item_id)
        if item is None or not item.sellable:
            return None
        self.deliver(item.tenant_id, item.id)
        agreed = self.patience.wait(lambda: self._find_difference(item) is None or None, FINALIZING_SECONDS)
        return None if agreed else self._find_difference(item)

    def ask(self, tenant_id: int, item_id: int, cause: Cause) -> bool:
        """Note that an item has to be loaded anew; False when there is none."""
        item = self.items.lock(item_id)
        if item is None or item.tenant_id != tenant_id:
            return False
        self.note(tenant_id, item_id, cause, Difference("", ""))
        return True

    def note(self, tenant_id: int, item_id: int, cause: Cause, difference: Difference) -> None:
        """Note what was found before it is repaired, so that a repair that dies is taken up again."""
        if not self.runs.find_open_of(item_id):
            now = self.clock.now()
            said = {"cause": cause, "created_at": now, "updated_at": now, **difference._asdict()}
            self.runs.create(tenant_id=tenant_id, item_id=item_id, **said)

    def find_unfinished(self) -> list[tuple[int, int, int]]:
        """(tenant, item, run) of the repairs that were noted and not done."""
        return [(run.tenant_id, run.item_id, run.id) for run in self.runs.find_open()]

    def settle(self, run_id: int, opening: Opening | None) -> None:
        """Make the ledger agree with the stock, and write down what the repair did."""
        run = self.runs.find(run_id)
        if run is None:
            return
        run.updated_at = self.clock.now()
        if opening is None:
            run.done = "There is nothing to open."
            return
        corrected = self._correct(run.tenant_id, run.item_id, opening)
        books = f"; the ledger was {corrected:+} off" if corrected else ""
        run.done = f"Epoch {opening.epoch} begins with {opening.stock} pieces{books}."

    def tell(self, run_id: int) -> str:
        """What a repair found and did, on one line."""
        run = self.runs.find(run_id)
        if run is None:
            return ""
        saw = f"MySQL said {run.expected}, Redis said {run.found}. " if run.expected else ""
        return f"item {run.item_id} ({run.cause}): {saw}{run.done or 'Not repaired yet.'}"

    def _find_difference(self, item: "Item") -> Difference | None:
        gate, waiting = self.stock.look(item.tenant_id, item.id)
        return compare(_truth(item), gate, waiting) if _is_comparable(item, gate) else None

    def _missing(self, item_id: int, gate: Mapping[str, str]) -> list[CreditNote]:
        lines = self.ledger.find_credits(item_id, int(gate["hwm"]))
        returned = [UUID(line.ref) for line in lines if line.reason == StockReason.RETURN]
        buyers = self.orders.find_buyers(returned) if returned else {}
        epoch = _number(gate.get("epoch"))
        return [CreditNote(line.adj_seq or 0, line.delta, epoch, buyers.get(UUID(line.ref), 0)) for line in lines]

    def _correct(self, tenant_id: int, item_id: int, opening: Opening) -> int:
        # The stock is what orders are checked against, so it is the truth; the ledger explains it.
        difference = opening.stock - self.ledger.find_sum(item_id)
        if difference:
            self.ledger.create(
                tenant_id=tenant_id,
                item_id=item_id,
                delta=difference,
                reason=StockReason.CORRECTION,
                ref=str(uuid.uuid4()),
                created_at=self.clock.now(),
            )
        return difference


def _truth(item: "Item") -> Truth:
    return Truth(item.stock, item.epoch, item.price_minor, item.currency, item.max_per_user, item.adj_seq)


def _is_comparable(item: "Item", gate: Mapping[str, str]) -> bool:
    # What is closed is being loaded, and what was never loaded will be. What was loaded and is gone, Redis lost.
    return bool(item.epoch) and gate.get("state", GateState.OPEN) == GateState.OPEN


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < EPOCH_DIGITS else 0
