"""`make bench-lists`: a walk by cursor over many rows while others insert and delete, and what its last page costs.

The first page and the last one take turns, so that whatever else the machine does troubles both: trust the ratios.
"""

import argparse
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, create_engine, delete, insert

from benchmarks.load.accounts import Accounts
from benchmarks.load.http_client import Client
from benchmarks.targets.databases import open_databases
from benchmarks.targets.temporary_shop import open_shop
from shop.constants.item import ItemStatus
from shop.constants.order import OrderStatus
from shop.core.model import DEFAULT_TENANT
from shop.models.item import Item
from shop.models.order import Order

PER_PAGE = 100
BATCH = 5000
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
# Rows with a number above come and go; those below stay.
MOVING = 10_000_000
PAUSE_SECONDS = 0.002
# So many of those that come are there at a time.
KEPT = 200
THING = "Thing "


@dataclass(frozen=True)
class Walk:
    """A list, how it is sorted, and the rows that come and go in it."""

    name: str
    path: str
    model: Any
    make: Callable[[int], dict[str, Any]]
    rows: int
    client: Client


def main() -> None:
    """Walk, and print what was seen and what it took."""
    options = _options()
    with open_databases() as databases, open_shop(database_url=databases.ours) as shop:
        engine = create_engine(databases.ours or shop.settings().database_address)
        print(f"{PER_PAGE} rows a page, on {databases.what}", flush=True)
        buyers = [Client(shop.bind, token) for token in Accounts.of(shop.container()).sign_up(2)]
        ids = [buyer.get("/api/v1/auth/me").data["id"] for buyer in buyers]
        by_quantity, few = "orderBy=quantity;created_at&sortedBy=desc;asc&", options.rows // 10
        other = Client(shop.bind, buyers[1].token)
        walks = [
            Walk("orders", "/api/v1/orders?", Order, partial(_order, ids[0]), options.rows, buyers[0]),
            Walk("items", "/api/v1/items?pagination=cursor&", Item, _item, options.rows, Client(shop.bind)),
            # No index knows this order: each page sorts all that the buyer has.
            Walk("orders by quantity", f"/api/v1/orders?{by_quantity}", Order, partial(_order, ids[1]), few, other),
        ]
        for walk in walks:
            _fill(engine, walk)
        broken = [walk.name for walk in walks if not _measure(engine, walk, options.rounds)]
    sys.exit(f"Not every row that stayed was seen once: {', '.join(broken)}" if broken else 0)


def _measure(engine: Engine, walk: Walk, rounds: int) -> bool:
    """Whether every row that stayed was seen exactly once."""
    with _others(engine, walk) as moved:
        seen, pages = _walk(walk)
    stayed = [number for number in map(_number, seen) if number is not None and number < MOVING]
    whole = len(seen) == len(set(seen)) and len(stayed) == len(set(stayed)) == walk.rows
    # The last one may have one row only.
    chosen = {number: pages[number - 1] for number in (1, len(pages) // 2, len(pages) - 1)}
    took: dict[int, list[float]] = {number: [] for number in chosen}
    for _ in range(rounds):
        for number, path in chosen.items():
            took[number].append(walk.client.get(path).seconds)
    medians = {number: median(seconds) * 1000 for number, seconds in took.items()}
    told = (f"page {number} {taken:.1f} ms ({taken / medians[1]:.2f})" for number, taken in medians.items())
    print(f"{walk.name}: {len(stayed)} rows that stayed, seen once: {whole}; {moved[0]} came and went meanwhile")
    print(f"    {', '.join(told)}", flush=True)
    return whole


def _walk(walk: Walk) -> tuple[list[Any], list[str]]:
    """What the rows are known by, in their order, and where each page is."""
    seen: list[Any] = []
    pages: list[str] = []
    path: str | None = f"{walk.path}per_page={PER_PAGE}"
    while path:
        answer = walk.client.get(path)
        if answer.status != 200:
            sys.exit(f"{path} answered {answer.status}: {answer.body}")
        pages.append(path)
        seen += [row.get("name", row["id"]) for row in answer.data["data"]]
        path = answer.data["meta"]["pagination"]["links"]["next"]
    return seen, pages


@contextmanager
def _others(engine: Engine, walk: Walk) -> Iterator[list[int]]:
    """Meanwhile somebody inserts rows everywhere in the order, and deletes them again after a while."""
    stop, moved, there = threading.Event(), [0], deque[Any]()

    def work() -> None:
        while not stop.wait(PAUSE_SECONDS):
            row = walk.make(MOVING + moved[0] * 7919 % walk.rows)
            with engine.begin() as connection:
                key = connection.execute(insert(walk.model), row).inserted_primary_key
                there.append(key[0] if key else None)
                if len(there) > KEPT:
                    connection.execute(delete(walk.model).where(walk.model.id == there.popleft()))
            moved[0] += 1

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield moved
    finally:
        stop.set()
        worker.join()


def _fill(engine: Engine, walk: Walk) -> None:
    for begin in range(0, walk.rows, BATCH):
        batch: Sequence[dict[str, Any]] = [walk.make(number) for number in range(begin, min(walk.rows, begin + BATCH))]
        with engine.begin() as connection:
            connection.execute(insert(walk.model), batch)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ANALYZE TABLE {walk.model.__tablename__}")


def _number(name: str) -> int | None:
    """The number of a row, from what it is known by; None of a row that is not ours."""
    if name.startswith(THING):
        return int(name.removeprefix(THING))
    return None if " " in name else int(UUID(name)) & (2**40 - 1)


def _order(user_id: int, number: int) -> dict[str, Any]:
    moment = NOON + timedelta(seconds=number % MOVING // 3)
    return {
        "id": UUID(int=(uuid4().int >> 40 << 40) + number),
        "tenant_id": DEFAULT_TENANT,
        "item_id": 1,
        "user_id": user_id,
        "quantity": number % 7 + 1,
        "unit_price_minor": 1,
        "total_minor": number % 7 + 1,
        "currency": "EUR",
        "status": OrderStatus.CONFIRMED,
        "epoch": user_id,
        "seq": number,
        "created_at": moment,
        "updated_at": moment,
    }


def _item(number: int) -> dict[str, Any]:
    return {
        "tenant_id": DEFAULT_TENANT,
        "name": f"{THING}{number}",
        "price_minor": number,
        "currency": "EUR",
        "stock": 1,
        "status": ItemStatus.ON_SALE,
        "created_at": NOON,
        "updated_at": NOON,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of a list")
    parser.add_argument("--rounds", type=int, default=40, help="how often to ask for the pages that are compared")
    return parser.parse_args()


if __name__ == "__main__":
    main()
