"""Rules and invariants of the sale model for Hypothesis."""

from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, invariant, rule

from shop.cache_managers.stock import StockCacheManager
from shop.core.database.model import DEFAULT_TENANT
from shop.core.redis.stores import RedisError
from shop.core.tenant import in_tenant
from shop.jobs.invariant import VerifyInvariantsJob
from shop.jobs.stock import LoadStockJob, SyncStockJob
from tests.purchase.support.sale_state import LIMIT, PRICE, STOCK, SaleState

WAITING = 14
# A deadline that has passed.
PAST = 1
quantities, prices = st.integers(1, 4), st.integers(PRICE, PRICE + 3)
buyers = st.integers(0, 2)


class Sale(SaleState):
    """Model of one item's sale and its events."""

    purchases = Bundle("purchases")

    @initialize()
    def offer(self) -> None:
        """Begin with an item on sale."""
        self.item = self.indoors.offer(STOCK, max_per_user=LIMIT, price_minor=PRICE)

    @rule(target=purchases, buyer=buyers, quantity=quantities)
    def buy(self, buyer: int, quantity: int) -> tuple[int, int, str]:
        """Buy pieces."""
        purchase = (buyer, quantity, uuid4().hex)
        self.send(purchase)
        return purchase

    @rule(purchase=purchases)
    def buy_again(self, purchase: tuple[int, int, str]) -> None:
        """Repeat a purchase request."""
        self.send(purchase)

    @rule(purchase=purchases)
    def cancel(self, purchase: tuple[int, int, str]) -> None:
        """Cancel an order; only a written one can be cancelled, and once."""
        buyer, _, key = purchase
        order = self.orders.get(key)
        if order is None:
            return
        if order in self.unwritten:
            self.drain()
        status = self.post(f"/orders/{order}/cancel", buyer).status_code
        assert status == (200 if order in self.units_held else 409)
        self.units_held.pop(order, None)
        self.ended.add(order)

    @rule(delta=st.integers(-6, 6).filter(bool))
    def adjust(self, delta: int) -> None:
        """Adjust the stock as an administrator."""
        body = {"delta": delta, "reason": "counted"}
        answer = self.post(f"/items/{self.item}/stock-adjustments", None, json=body)
        if self.is_open() and self.available + delta >= 0:
            assert answer.status_code == 200, answer.get_data()
            assert answer.get_json()["data"]["stock"] == self.available + delta
        if answer.status_code == 200:
            self.stock += delta

    @rule(price=prices)
    def edit(self, price: int) -> None:
        """Change the price; an open gate stays open, and buyers pay it at once."""
        stays_open = self.takes_edits(price)
        self.revise(price)
        self.committed_price = self.price = price
        assert self.is_open() == stays_open

    @rule(price=prices, moment=st.sampled_from(["before_commit", "after_commit"]), expires=st.booleans())
    def die_while_editing(self, price: int, moment: str, *, expires: bool) -> None:
        """Kill an editor; the gate sells by the terms before the edit until its deadline."""
        stays_open, self.price = self.takes_edits(price), self.committed_price
        with self.killed_at(moment):
            self.revise(price)
        if moment == "after_commit":
            self.committed_price = price
        assert self.is_open() == stays_open
        if expires and stays_open and price != self.price:
            self.indoors.set_gate_fields(self.item, deadline=PAST)
            assert not self.is_open()

    @rule()
    def drain(self) -> None:
        """Write the waiting orders."""
        self._load_if_closed()
        self.indoors.drain(self.item)
        self.all_written()

    @rule(moment=st.sampled_from(["before_commit", "after_commit"]))
    def die_while_draining(self, moment: str) -> None:
        """Kill a worker while it drains."""
        with self.killed_at(moment):
            self.indoors.drain(self.item)
        # Killed before finalizing: written orders stay, and pieces reserved twice are not released yet.
        self.unfinalized |= self.unwritten & self.indoors.orders_of(self.item).keys()
        self.unwritten -= self.unfinalized

    @rule(moment=st.sampled_from(["before_commit", "after_commit"]))
    def die_while_loading(self, moment: str) -> None:
        """Kill a worker while it reloads the item."""
        token = self.indoors.gates.claim(DEFAULT_TENANT, self.item)
        with self.killed_at(moment), in_tenant(DEFAULT_TENANT):
            self.indoors.container.get(LoadStockJob).begin_epoch(self.item, token, None)

    @rule()
    def lose_a_credit(self) -> None:
        """Lose a credit between its commit and its application in Redis."""
        apply = StockCacheManager.apply
        StockCacheManager.apply = _lose  # type: ignore[assignment]  # for a moment
        try:
            answer = self.post(f"/items/{self.item}/stock-adjustments", None, json={"delta": 2, "reason": "found"})
        finally:
            StockCacheManager.apply = apply  # type: ignore[method-assign]
        assert answer.status_code == 200
        self.stock += 2
        self.sync()

    @rule()
    def flush(self) -> None:
        """Flush Redis: only unwritten orders are lost."""
        self.price = self.committed_price
        self.indoors.flush_redis()
        self.unfinalized.clear()
        for order in self.unwritten:
            self.units_held.pop(order, None)
        self.all_written()
        self.orders = {
            key: order for key, order in self.orders.items() if order in self.units_held or order in self.ended
        }
        self._load_if_closed()

    @rule()
    def reload(self) -> None:
        """Reload the item."""
        self.price = self.committed_price
        self.indoors.container.get(LoadStockJob).load(DEFAULT_TENANT, self.item)
        # Readmitted orders are written by the next drain.
        self.indoors.drain(self.item)
        self.all_written()

    @rule()
    def sync(self) -> None:
        """Reconcile: no difference is found, and lost credits are applied."""
        self._load_if_closed()
        assert self.indoors.container.get(SyncStockJob).run(DEFAULT_TENANT, self.item) == []

    @invariant()
    def check_model(self) -> None:
        """Check the invariants and compare with the model."""
        check = self.indoors.container.get(VerifyInvariantsJob).check
        mine = f"item {self.item}"
        # Without the age of entries, since drains run only as a rule of the model.
        verdicts = [verdict for verdict in check(()) if verdict.number != WAITING]
        problems = [problem for verdict in verdicts for problem in verdict.problems if problem.startswith(mine)]
        assert problems == []
        if self.is_open():
            gate = self.indoors.stock.state(DEFAULT_TENANT, self.item)
            assert int(gate["avail"]) == self.available
        written = self.indoors.orders_of(self.item)
        assert {order for order, status in written.items() if status == "confirmed"} == set(
            self.units_held
        ) - self.unwritten

    def teardown(self) -> None:
        """Write all orders and check the invariants a last time."""
        if self.item:
            self.drain()
            self.check_model()

    def _load_if_closed(self) -> None:
        if not self.is_open():
            self.reload()


def _lose(*_: object) -> None:
    raise RedisError("No response.")
