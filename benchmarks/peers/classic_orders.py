"""Orders of the classic recipe: a table of its own, and the job that writes one order."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from redis import Redis
from rq import Queue, SimpleWorker, Worker
from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    MetaData,
    NullPool,
    String,
    Table,
    create_engine,
    func,
    insert,
    select,
)

from shop.core.settings.settings import Settings

# The stock and the jobs are in a database of Redis beside that of the shop.
REDIS_DATABASE = 1
QUEUE = "classic"
STOCK_KEY = "stock:{}"
POLL_SECONDS, DRAIN_SECONDS = 0.02, 120.0
METADATA = MetaData()
ORDERS = Table(
    "classic_orders",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("item_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("quantity", BigInteger, nullable=False),
)


@dataclass(frozen=True)
class ClassicStores:
    """Stores of the classic recipe, which it shares with a shop."""

    redis_url: str
    database_url: str

    @classmethod
    def load(cls, source: Mapping[str, str] | None = None) -> "ClassicStores":
        """Load the addresses from the settings of the shop, by default from the environment."""
        settings = Settings.load(source)
        return cls(settings.redis_address, settings.database_address)

    @cached_property
    def redis(self) -> "Redis":
        """Client of the stock and of the jobs."""
        return Redis.from_url(self.redis_url, db=REDIS_DATABASE)

    @cached_property
    def queue(self) -> Queue:
        """Queue of one job for each order."""
        return Queue(QUEUE, connection=self.redis)

    @cached_property
    def engine(self) -> Engine:
        """Engine of the database of the orders."""
        return create_engine(self.database_url, poolclass=NullPool)

    def offer(self, item_id: int, stock: int) -> None:
        """Create the table where it is missing, and set the stock of an item."""
        METADATA.create_all(self.engine)
        self.redis.set(STOCK_KEY.format(item_id), stock)

    def wait_until_written(self) -> float:
        """Wait until no job is left, and return the seconds. Raises TimeoutError."""
        started = time.perf_counter()
        while self.queue.count or self.queue.started_job_registry.count:
            if time.perf_counter() > started + DRAIN_SECONDS:
                raise TimeoutError("The orders of the classic recipe were not written in time.")
            time.sleep(POLL_SECONDS)
        return time.perf_counter() - started

    def count_orders(self) -> int:
        """Count the written orders."""
        with self.engine.connect() as connection:
            return int(connection.scalar(select(func.count()).select_from(ORDERS)) or 0)

    def find_oversold(self, stock: int) -> list[str]:
        """Describe each item whose sold and remaining pieces are not its stock."""
        query = select(ORDERS.c.item_id, func.sum(ORDERS.c.quantity)).group_by(ORDERS.c.item_id)
        with self.engine.connect() as connection:
            sold = {int(item_id): int(pieces) for item_id, pieces in connection.execute(query)}
        left = {item_id: int(self.redis.get(STOCK_KEY.format(item_id)) or 0) for item_id in sold}
        return [
            f"classic: item {item_id} has sold {pieces} of {stock} and has {left[item_id]} left"
            for item_id, pieces in sold.items()
            if pieces + left[item_id] != stock
        ]


def write_order(**order: Any) -> None:
    """Write one order; a job."""
    with ClassicStores.load().engine.begin() as connection:
        connection.execute(insert(ORDERS), order)


def work() -> None:
    """Run the worker of RQ, which forks a process for each job."""
    stores = ClassicStores.load()
    # Each fork would otherwise import the driver of the database anew.
    stores.engine.connect().close()
    # Where processes cannot be forked, RQ's own alternative.
    worker = Worker if hasattr(os, "fork") else SimpleWorker
    worker([stores.queue], connection=stores.redis).work(logging_level="WARNING")


if __name__ == "__main__":
    # Under the name by which the jobs find it, so that no fork imports it anew.
    import_module("benchmarks.peers.classic_orders").work()
