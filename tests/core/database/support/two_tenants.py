"""Two databases: one with two tenants, one with a single tenant."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shop.core.database.engine import Database
from shop.core.database.transaction import current_session, in_transaction
from shop.core.settings.settings import Settings
from shop.core.tenant import all_tenants, in_tenant
from shop.migrations.runner import upgrade
from shop.models.item import Item
from shop.models.order import Order

OURS, THEIRS = 1, 2
NOW = datetime(2026, 11, 20, tzinfo=UTC)
# Their rows come first, last and between ours: a query without the filter returns another first, last, maximum or sum.
ITEMS = {1: THEIRS, 2: OURS, 3: THEIRS, 4: OURS, 5: OURS, 6: THEIRS}
SessionQuery = Callable[[Session], Any]


class UndoneError(Exception):
    """Error that rolls back the transaction of a query."""


@dataclass(frozen=True)
class TenantDatabases:
    """Database `shared` with both tenants, and `single` with ours only."""

    shared: Database
    single: Database

    def query_shared_as_tenant(self, query: SessionQuery) -> Any:
        """Run a query as our tenant in the shared database."""
        with in_tenant(OURS):
            return run_query(self.shared, query)

    def query_single(self, query: SessionQuery) -> Any:
        """Run a query in the database of our tenant only."""
        with all_tenants():
            return run_query(self.single, query)

    def query_all_tenants(self, query: SessionQuery) -> Any:
        """Run a query for all tenants in the shared database."""
        with all_tenants():
            return run_query(self.shared, query)


def run_query(database: Database, query: SessionQuery) -> Any:
    """Return the result of a query, whose transaction is rolled back."""
    results: list[Any] = []

    def work() -> None:
        results.append(query(current_session()))
        raise UndoneError

    try:
        in_transaction(database, work)
    except UndoneError:
        return results[0]
    raise AssertionError("unreachable")


def rows_of_theirs(session: Session) -> list[tuple[Any, ...]]:
    """Return the other tenant's rows in the running transaction, unfiltered."""
    with all_tenants():
        connection = session.connection()
        return [
            tuple(row)
            for table in ("items", "orders")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table} WHERE tenant_id = {THEIRS} ORDER BY id")
        ]


@contextmanager
def open_databases(shared: str, single: str) -> Iterator[TenantDatabases]:
    """Fill two empty databases."""
    databases = TenantDatabases(*(Database(Settings(database_url=address)) for address in (shared, single)))
    _fill(databases.shared, {OURS, THEIRS})
    _fill(databases.single, {OURS})
    yield databases
    databases.shared.engine.dispose()
    databases.single.engine.dispose()


def _fill(database: Database, tenants: set[int]) -> None:
    upgrade(database.engine)
    items = [item_row(number, tenant) for number, tenant in ITEMS.items() if tenant in tenants]
    orders = [order_row(number, tenant) for number, tenant in ITEMS.items() if tenant in tenants]
    with database.engine.begin() as connection:
        connection.execute(insert(Item), items)
        connection.execute(insert(Order), orders)


def item_row(number: int, tenant_id: int) -> dict[str, Any]:
    texts = {"name": f"Item {number}", "introduction": "", "price_minor": 100 * number, "currency": "EUR"}
    state = {"stock": 10 * number, "epoch": 1, "adj_seq": 0, "status": "on_sale", "created_at": NOW, "updated_at": NOW}
    return {"id": number, "tenant_id": tenant_id, **texts, **state}


def order_row(number: int, tenant_id: int) -> dict[str, Any]:
    # All orders have the same item and buyer, as if the tenants shared them, so that only the tenant id differs.
    terms = {"item_id": 4, "user_id": 7, "quantity": number, "unit_price_minor": 1, "total_minor": number}
    state = {"epoch": 1, "seq": number, "status": "confirmed", "currency": "EUR", "created_at": NOW, "updated_at": NOW}
    return {"id": UUID(int=number), "tenant_id": tenant_id, **terms, **state}
