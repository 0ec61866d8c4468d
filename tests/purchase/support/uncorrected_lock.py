"""The classic recipe as it is found everywhere, uncorrected: the checker must turn red on it.

A lock without an owner, read-check-decrement, one job per purchase that lowers MySQL's stock, and a scheduled copy of
MySQL's stock over Redis. It keeps its counter, its queue and its promises where ours are, so that one checker judges
both. Its steps are told one by one: each `next` lets a buyer go one step further.
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
    """One item, sold by the recipe to one user."""

    shop: InProcessShop
    redis: Any
    item: int
    user: int

    def key(self, name: str) -> str:
        """A key of the item's partition."""
        return f"{{p{self.shop.stock.partition(DEFAULT_TENANT, self.item):02d}}}:{name}"

    @property
    def gate(self) -> str:
        """Where the counter is."""
        return self.key(f"item:{DEFAULT_TENANT}:{self.item}")

    @property
    def lock(self) -> str:
        """The lock: whoever deletes it frees it."""
        return self.key("classic-lock")

    def buy(self, pieces: int = 1) -> Buyer:
        """Buy step by step; returns the order that the buyer was promised, None when it is sold out."""
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
        """Do the next job. It leaves the queue first, and comes back only if somebody queues it again."""
        ((entry_id, fields),) = self.redis.xrange(self.key("outbox"), count=1)
        self.redis.xdel(self.key("outbox"), entry_id)
        body = fields[b"r"].decode()
        self.redis.hincrby(self.gate, "pend", -int(body.split("|")[4]))
        self.write(body)

    def write(self, body: str) -> None:
        """What a job does: statement after statement, each committed on its own."""
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
        """What the schedule does: MySQL knows best."""
        with self.shop.database.engine.connect() as connection:
            stock = connection.exec_driver_sql("SELECT stock FROM items WHERE id = %s", (self.item,)).scalar_one()
        self.redis.hset(self.gate, "avail", stock)

    def _enqueue(self, pieces: int) -> UUID:
        order_id, seq = uuid4(), self.redis.hincrby(self.gate, "seq", 1)
        price, currency, epoch = (value.decode() for value in self.redis.hmget(self.gate, "price", "currency", "epoch"))
        moment = Clock().microseconds()
        deal = (order_id, DEFAULT_TENANT, self.item, self.user, pieces, price, currency, moment, epoch, seq)
        body = "|".join(map(str, deal))
        self.redis.hincrby(self.gate, "pend", pieces)
        self.redis.xadd(self.key("outbox"), {"r": body})
        self.redis.set(self.key(f"receipt:{order_id}"), f"P|{body}")
        return order_id


def finish(steps: Buyer) -> UUID:
    """Let a buyer go on to the end; the order that was promised."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return UUID(str(end.value))
