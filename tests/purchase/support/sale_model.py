"""A sale, told by a dictionary in memory, and all that may happen to it."""

from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, invariant, rule

from shop.cache_managers.stock import StockCacheManager
from shop.core.database.model import DEFAULT_TENANT
from shop.core.redis.stores import RedisError
from shop.core.tenant import in_tenant
from shop.jobs.invariant import VerifyInvariantsJob
from shop.jobs.stock import LoadStockJob, SyncStockJob
from tests.purchase.support.sale_state import LIMIT, STOCK, SaleState

WAITING = 14
quantities = st.integers(1, 4)
buyers = st.integers(0, 2)


class Sale(SaleState):
    """One item and what may happen to it."""

    purchases = Bundle("purchases")

    @initialize()
    def offer(self) -> None:
        """Begin with an item on sale."""
        self.item = self.indoors.offer(STOCK, max_per_user=LIMIT)

    @rule(target=purchases, buyer=buyers, quantity=quantities)
    def buy(self, buyer: int, quantity: int) -> tuple[int, int, str]:
        """Somebody buys."""
        purchase = (buyer, quantity, uuid4().hex)
        self.send(purchase)
        return purchase

    @rule(purchase=purchases)
    def buy_again(self, purchase: tuple[int, int, str]) -> None:
        """The same request comes again."""
        self.send(purchase)

    @rule(purchase=purchases)
    def cancel(self, purchase: tuple[int, int, str]) -> None:
        """A buyer gives an order back; a written one is taken back once."""
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
        """An administrator counts again."""
        words = {"delta": delta, "reason": "counted"}
        answer = self.post(f"/items/{self.item}/stock-adjustments", None, json=words)
        if self.is_open() and self.available + delta >= 0:
            assert answer.status_code == 200, answer.get_data()
            assert answer.get_json()["data"]["stock"] == self.available + delta
        if answer.status_code == 200:
            self.stock += delta

    @rule()
    def drain(self) -> None:
        """What waits is written."""
        self._load_if_closed()
        self.indoors.drain(self.item)
        self.all_written()

    @rule(moment=st.sampled_from(["before_commit", "after_commit"]))
    def die_while_draining(self, moment: str) -> None:
        """A worker is killed."""
        with self.killed_at(moment):
            self.indoors.drain(self.item)
        # Before its last word: what it wrote stands, what was reserved twice is not given back yet.
        self.unwritten -= self.indoors.orders_of(self.item).keys()

    @rule(moment=st.sampled_from(["before_commit", "after_commit"]))
    def die_while_loading(self, moment: str) -> None:
        """A worker is killed while it opens the sale anew."""
        token = self.indoors.gates.claim(DEFAULT_TENANT, self.item)
        with self.killed_at(moment), in_tenant(DEFAULT_TENANT):
            self.indoors.container.get(LoadStockJob).begin_epoch(self.item, token, None)

    @rule()
    def lose_a_credit(self) -> None:
        """A process dies between the commit of a credit and its last word."""
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
        """Redis loses everything: what was not written is lost, and nothing else."""
        self.indoors.flush_redis()
        for order in self.unwritten:
            self.units_held.pop(order, None)
        self.all_written()
        self.orders = {
            key: order for key, order in self.orders.items() if order in self.units_held or order in self.ended
        }
        self._load_if_closed()

    @rule()
    def reload(self) -> None:
        """The sale is opened anew."""
        self.indoors.container.get(LoadStockJob).load(DEFAULT_TENANT, self.item)
        # What was counted anew is written by the next.
        self.indoors.drain(self.item)
        self.all_written()

    @rule()
    def sync(self) -> None:
        """The stores are reconciled, which finds nothing wrong and delivers what was lost on its way."""
        self._load_if_closed()
        assert self.indoors.container.get(SyncStockJob).run(DEFAULT_TENANT, self.item) == []

    @invariant()
    def every_promise_holds(self) -> None:
        """The sixteen invariants, and the model."""
        look = self.indoors.container.get(VerifyInvariantsJob).check
        mine = f"item {self.item}"
        # Not how long something waits: here nobody drains until it is said.
        verdicts = [verdict for verdict in look(()) if verdict.number != WAITING]
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
        """In the end everything is written."""
        if self.item:
            self.drain()
            self.every_promise_holds()

    def _load_if_closed(self) -> None:
        if not self.is_open():
            self.reload()


def _lose(*_: object) -> None:
    raise RedisError("Nobody answers.")
