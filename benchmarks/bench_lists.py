"""Benchmark of long lists (`make bench-lists`).

Walks by cursor through many rows while a thread inserts and deletes others. Then requests for the first, a middle and
the last page alternate, so that other load on the machine slows all of them: trust the ratios.
"""

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

from benchmarks.load.accounts import AccountFactory
from benchmarks.load.http_client import JsonClient
from benchmarks.load.options import parse_options
from benchmarks.targets.databases import build_database_settings, create_databases
from benchmarks.targets.temporary_shop import TemporaryShop, run_shop
from shop.constants.item import ItemStatus
from shop.constants.order import OrderStatus
from shop.core.database.model import DEFAULT_TENANT
from shop.models.item import Item
from shop.models.order import Order

PER_PAGE = 100
INSERT_BATCH = 5000
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
# Rows with a number from here on are transient; those below are permanent.
TRANSIENT_FROM = 10_000_000
PAUSE_SECONDS = 0.002
# Number of transient rows at a time.
TRANSIENT_MAX = 200
NAME_PREFIX = "Thing "


@dataclass(frozen=True)
class ListCase:
    """List to walk through: path with sort order, client and rows."""

    name: str
    path: str
    model: Any
    build_row: Callable[[int], dict[str, Any]]
    rows: int
    client: JsonClient


def main() -> None:
    """Walk through each list, and print row counts and page times."""
    options = parse_options(__doc__, rows=(100_000, "rows of a list"), rounds=(40, "requests for each compared page"))
    with create_databases() as databases, run_shop(**build_database_settings(databases.script_url)) as shop:
        engine = create_engine(databases.script_url or shop.load_settings().database_address)
        print(f"{PER_PAGE} rows a page, on {databases.description}", flush=True)
        cases = _build_cases(shop, options.rows)
        for case in cases:
            _fill(engine, case)
        broken = [case.name for case in cases if not _measure(engine, case, options.rounds)]
    sys.exit(f"Not every permanent row was seen once: {', '.join(broken)}" if broken else 0)


def _build_cases(shop: TemporaryShop, rows: int) -> list[ListCase]:
    tokens = AccountFactory.from_container(shop.create_container()).create_buyers(2)
    clients = [JsonClient(shop.bind, token) for token in tokens]
    one, other = (partial(_build_order, client.get("/api/v1/auth/me").data["id"]) for client in clients)
    by_quantity = "/api/v1/orders?orderBy=quantity;created_at&sortedBy=desc;asc&"
    return [
        ListCase("orders", "/api/v1/orders?", Order, one, rows, clients[0]),
        ListCase("items", "/api/v1/items?pagination=cursor&", Item, _build_item, rows, JsonClient(shop.bind)),
        # No index has this order: each page sorts all orders of the buyer.
        ListCase("orders by quantity", by_quantity, Order, other, rows // 10, clients[1]),
    ]


def _measure(engine: Engine, case: ListCase, rounds: int) -> bool:
    """Return True when the walk saw every permanent row exactly once."""
    with _insert_and_delete(engine, case) as transient:
        seen, pages = _walk(case)
    permanent = [number for number in map(_parse_number, seen) if number is not None and number < TRANSIENT_FROM]
    complete = len(seen) == len(set(seen)) and len(permanent) == len(set(permanent)) == case.rows
    medians = _time_pages(case, pages, rounds)
    times = (f"page {number} {taken:.1f} ms ({taken / medians[1]:.2f})" for number, taken in medians.items())
    counts = f"{len(permanent)} permanent rows, each seen once: {complete}; {transient[0]} inserted meanwhile"
    print(f"{case.name}: {counts}")
    print(f"    {', '.join(times)}", flush=True)
    return complete


def _time_pages(case: ListCase, pages: list[str], rounds: int) -> dict[int, float]:
    """Return the median milliseconds of three pages, by page number."""
    # The last page may have one row only, so the one before it counts as the last.
    chosen = {number: pages[number - 1] for number in (1, len(pages) // 2, len(pages) - 1)}
    seconds: dict[int, list[float]] = {number: [] for number in chosen}
    for _ in range(rounds):
        for number, path in chosen.items():
            seconds[number].append(case.client.get(path).seconds)
    return {number: median(values) * 1000 for number, values in seconds.items()}


def _walk(case: ListCase) -> tuple[list[Any], list[str]]:
    """Return all names or ids in order, and all page paths."""
    seen: list[Any] = []
    pages: list[str] = []
    path: str | None = f"{case.path}per_page={PER_PAGE}"
    while path:
        response = case.client.get(path)
        if response.status != 200:
            sys.exit(f"{path} answered {response.status}: {response.body}")
        pages.append(path)
        seen += [row.get("name", row["id"]) for row in response.data["data"]]
        path = response.data["meta"]["pagination"]["links"]["next"]
    return seen, pages


@contextmanager
def _insert_and_delete(engine: Engine, case: ListCase) -> Iterator[list[int]]:
    """Insert and delete transient rows all over the list, in a thread.

    Yields a list with the number of inserted rows.
    """
    stop, inserted, keys = threading.Event(), [0], deque[Any]()

    def work() -> None:
        while not stop.wait(PAUSE_SECONDS):
            row = case.build_row(TRANSIENT_FROM + inserted[0] * 7919 % case.rows)
            with engine.begin() as connection:
                key = connection.execute(insert(case.model), row).inserted_primary_key
                keys.append(key[0] if key else None)
                if len(keys) > TRANSIENT_MAX:
                    connection.execute(delete(case.model).where(case.model.id == keys.popleft()))
            inserted[0] += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield inserted
    finally:
        stop.set()
        thread.join()


def _fill(engine: Engine, case: ListCase) -> None:
    for begin in range(0, case.rows, INSERT_BATCH):
        numbers = range(begin, min(case.rows, begin + INSERT_BATCH))
        batch: Sequence[dict[str, Any]] = [case.build_row(number) for number in numbers]
        with engine.begin() as connection:
            connection.execute(insert(case.model), batch)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ANALYZE TABLE {case.model.__tablename__}")


def _parse_number(name_or_id: str) -> int | None:
    """Return the number of a row, or None for demo data."""
    if name_or_id.startswith(NAME_PREFIX):
        return int(name_or_id.removeprefix(NAME_PREFIX))
    return None if " " in name_or_id else int(UUID(name_or_id)) & (2**40 - 1)


def _build_order(user_id: int, number: int) -> dict[str, Any]:
    moment = NOON + timedelta(seconds=number % TRANSIENT_FROM // 3)
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


def _build_item(number: int) -> dict[str, Any]:
    return {
        "tenant_id": DEFAULT_TENANT,
        "name": f"{NAME_PREFIX}{number}",
        "price_minor": number,
        "currency": "EUR",
        "stock": 1,
        "status": ItemStatus.ON_SALE,
        "created_at": NOON,
        "updated_at": NOON,
    }


if __name__ == "__main__":
    main()
