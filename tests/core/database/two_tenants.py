"""Two databases: in one of them two tenants live, in the other one of the two lives alone."""

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
# Theirs come first, last and between ours: whatever forgets a tenant finds another first, last, most or sum.
ITEMS = {1: THEIRS, 2: OURS, 3: THEIRS, 4: OURS, 5: OURS, 6: THEIRS}
SessionQuery = Callable[[Session], Any]


class UndoneError(Exception):
    """Ends a transaction whose work is not kept."""


@dataclass(frozen=True)
class TenantDatabases:
    """`shared` has both tenants, `lonely` only ours: what is told there is the truth."""

    shared: Database
    single: Database

    def query_shared_as_tenant(self, question: SessionQuery) -> Any:
        """What we are told, with the others around."""
        with in_tenant(OURS):
            return run_query(self.shared, question)

    def query_single(self, question: SessionQuery) -> Any:
        """What we would be told without them."""
        with all_tenants():
            return run_query(self.single, question)

    def query_all_tenants(self, question: SessionQuery) -> Any:
        """What is told to whoever asks for every tenant."""
        with all_tenants():
            return run_query(self.shared, question)


def run_query(database: Database, question: SessionQuery) -> Any:
    """The answer, from a transaction that leaves nothing behind."""
    answer: list[Any] = []

    def work() -> None:
        answer.append(question(current_session()))
        raise UndoneError

    try:
        in_transaction(database, work)
    except UndoneError:
        return answer[0]
    raise AssertionError("unreachable")


def rows_of_theirs(session: Session) -> list[tuple[Any, ...]]:
    """Their rows as they are within the running transaction, whatever it may see."""
    with all_tenants():
        connection = session.connection()
        return [
            tuple(row)
            for table in ("items", "orders")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table} WHERE tenant_id = {THEIRS} ORDER BY id")
        ]


@contextmanager
def open_databases(shared: str, lonely: str) -> Iterator[TenantDatabases]:
    """The worlds at two addresses of empty databases."""
    made = TenantDatabases(*(Database(Settings(database_url=address)) for address in (shared, lonely)))
    _fill(made.shared, {OURS, THEIRS})
    _fill(made.single, {OURS})
    yield made
    made.shared.engine.dispose()
    made.single.engine.dispose()


def _fill(database: Database, tenants: set[int]) -> None:
    upgrade(database.engine)
    items = [item_row(number, tenant) for number, tenant in ITEMS.items() if tenant in tenants]
    orders = [order_row(number, tenant) for number, tenant in ITEMS.items() if tenant in tenants]
    with database.engine.begin() as connection:
        connection.execute(insert(Item), items)
        connection.execute(insert(Order), orders)


def item_row(number: int, tenant_id: int) -> dict[str, Any]:
    words = {"name": f"Item {number}", "introduction": "", "price_minor": 100 * number, "currency": "EUR"}
    state = {"stock": 10 * number, "epoch": 1, "adj_seq": 0, "status": "on_sale", "created_at": NOW, "updated_at": NOW}
    return {"id": number, "tenant_id": tenant_id, **words, **state}


def order_row(number: int, tenant_id: int) -> dict[str, Any]:
    # Every order is of one item and one buyer, as if tenants shared them: nothing but the tenant tells them apart.
    deal = {"item_id": 4, "user_id": 7, "quantity": number, "unit_price_minor": 1, "total_minor": number}
    place = {"epoch": 1, "seq": number, "status": "confirmed", "currency": "EUR", "created_at": NOW, "updated_at": NOW}
    return {"id": UUID(int=number), "tenant_id": tenant_id, **deal, **place}
