"""Distinct prices, currencies and ids, so that a test shows which of them was used."""

import itertools
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine

# First id of each table. Tenants count from 1, so ids of different tables are never equal.
FIRST_IDS = {"items": 70_001, "users": 3_000_001, "stock_ledger": 500_001, "reconcile_runs": 900_001}
CURRENCIES = itertools.cycle(("CHF", "JPY", "USD", "TWD", "GBP"))


def _primes() -> Iterator[int]:
    return (n for n in itertools.count(1009, 2) if all(n % divisor for divisor in range(3, int(n**0.5) + 1, 2)))


# Prime, so that a total shows its price and its quantity.
PRICES = _primes()


def price_fields() -> dict[str, Any]:
    """Return a price and a currency that the item before did not have."""
    return {"price_minor": next(PRICES), "currency": next(CURRENCIES)}


def separate_ids(engine: Engine) -> None:
    """Give the ids of each new table a range of its own; SQLite keeps its ids."""
    if engine.dialect.name == "sqlite":
        return
    with engine.begin() as connection:
        for table, first in FIRST_IDS.items():
            # Not for a table with rows or a later counter: the statement would lock it beside running processes.
            query = "SELECT auto_increment FROM information_schema.tables WHERE table_schema = DATABASE()"
            if connection.exec_driver_sql(f"{query} AND table_name = %s", (table,)).scalar_one() < first:
                connection.exec_driver_sql(f"ALTER TABLE {table} AUTO_INCREMENT = {first}")
