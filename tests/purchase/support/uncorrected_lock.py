"""Classic lock strategy with its known errors, which the check must find.

A lock without an owner, read-check-decrement, one job per purchase that lowers MySQL's stock, and a scheduled copy of
MySQL's stock over Redis. It uses the same keys for counter, queue and receipts as the shop, so that the same check
applies. `buy` is a generator: each `next` runs one step of a purchase.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from shop.core.clock import Clock
from shop.core.database.model import DEFAULT_TENANT
from tests.purchase.support.in_process_shop import InProcessShop

Buyer = Generator[str, None, UUID | None]


@dataclass
class UncorrectedLock:
    """Sale of one item to one user with the uncorrected lock."""

    shop: InProcessShop
    redis: Any
    item: int
    user: int

    def key(self, name: str) -> str:
        """Return a key of the item's partition."""
        return f"{{p{self.shop.stock.partition(DEFAULT_TENANT, self.item):02d}}}:{name}"

    @property
    def gate(self) -> str:
        """Key of the counter."""
        return self.key(f"item:{DEFAULT_TENANT}:{self.item}")

    @property
    def lock(self) -> str:
        """Key of the lock, which has no owner."""
        return self.key("classic-lock")

    def buy(self, pieces: int = 1) -> Buyer:
        """Buy step by step; return the order id, None when sold out."""
        while not self.redis.set(self.lock, "locked", nx=True, ex=5):
            yield "waits for the lock"
        left = int(self.redis.hget(self.gate, "avail"))
        yield "read what is left"
        if left < pieces:
            self.redis.delete(self.lock)
            return None
        self.redis.hset(self.gate, "avail", left - pieces)
        yield "took the pieces"
        order_id = self._enqueue(pieces)
        self.redis.delete(self.lock)
        return order_id

    def work(self) -> None:
        """Run the next job; it leaves the queue before it is done."""
        ((entry_id, fields),) = self.redis.xrange(self.key("outbox"), count=1)
        self.redis.xdel(self.key("outbox"), entry_id)
        body = fields[b"r"].decode()
        self.redis.hincrby(self.gate, "pend", -int(body.split("|")[4]))
        self.write(body)

    def write(self, body: str) -> None:
        """Write an order with statements that are committed one by one."""
        order, tenant, item, user, quantity, price, currency, _, epoch, seq = body.split("|")
        change = self.shop.change_row
        change("UPDATE items SET stock = stock - %s WHERE id = %s", quantity, item)
        columns = "id, tenant_id, item_id, user_id, quantity, unit_price_minor, total_minor, currency, epoch, seq"
        values = (UUID(order).bytes, tenant, item, user, quantity, price, int(price) * int(quantity), currency)
        sql = f"INSERT INTO orders ({columns}, status, created_at, updated_at)"
        change(f"{sql} VALUES ({'%s, ' * 10} 'confirmed', now(6), now(6))", *values, epoch, seq)
        sql = "INSERT INTO stock_ledger (tenant_id, item_id, delta, reason, ref, created_at)"
        change(f"{sql} VALUES (%s, %s, -%s, 'sale', %s, now(6))", tenant, item, int(quantity), order)
        self.redis.set(self.key(f"receipt:{order}"), f"C|{body}")

    def copy(self) -> None:
        """Copy the stock of MySQL over Redis, as a schedule would."""
        with self.shop.database.engine.connect() as connection:
            stock = connection.exec_driver_sql("SELECT stock FROM items WHERE id = %s", (self.item,)).scalar_one()
        self.redis.hset(self.gate, "avail", stock)

    def _enqueue(self, pieces: int) -> UUID:
        order_id, seq = uuid4(), self.redis.hincrby(self.gate, "seq", 1)
        price, currency, epoch = (value.decode() for value in self.redis.hmget(self.gate, "price", "currency", "epoch"))
        moment = Clock().microseconds()
        fields = (order_id, DEFAULT_TENANT, self.item, self.user, pieces, price, currency, moment, epoch, seq)
        body = "|".join(map(str, fields))
        self.redis.hincrby(self.gate, "pend", pieces)
        self.redis.xadd(self.key("outbox"), {"r": body})
        self.redis.set(self.key(f"receipt:{order_id}"), f"P|{body}")
        return order_id


def finish(steps: Buyer) -> UUID:
    """Run a purchase to its end and return the order id."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return UUID(str(end.value))
