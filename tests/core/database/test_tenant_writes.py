"""Tenant filter of writes: other tenants' rows are never changed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import column as bare_column
from sqlalchemy import delete, insert, literal_column, select, table, text, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session

from shop.core.tenant import TenantError
from shop.models.item import Item
from shop.models.order import Order
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from tests.core.database.support.two_tenants import (
    OURS,
    THEIRS,
    SessionQuery,
    TenantDatabases,
    item_row,
    order_row,
    rows_of_theirs,
)

QUIET = {"synchronize_session": False}
numbers = select(Order.seq)
CHANGES: dict[str, Callable[[Session], Any]] = {
    "an update of all": lambda s: s.execute(update(Item).values(stock=Item.stock + 1)),
    "an update without synchronization": lambda s: s.execute(update(Item).values(stock=0), execution_options=QUIET),
    "an update by a subquery": lambda s: s.execute(update(Item).where(Item.id.in_(numbers)).values(name="x")),
    "an update of another tenant's row": lambda s: s.execute(update(Item).where(Item.id == 3).values(stock=0)),
    "a legacy update": lambda s: s.query(Item).update({"stock": 0}),
    "a deletion of all": lambda s: s.execute(delete(Order)),
    "a deletion without synchronization": lambda s: s.execute(delete(Item), execution_options=QUIET),
    "a legacy deletion": lambda s: s.query(Order).delete(),
    "a sale of another tenant's item": lambda _: ItemRepository().sell(3, 1),
    "stock returned to another tenant's item": lambda _: ItemRepository().put_back(1, 5),
}
bare: Any = Item.__table__
bought = Order.__table__.c.seq
REFUSED: dict[str, Callable[[Session], Any]] = {
    "SQL text": lambda s: s.execute(text("SELECT * FROM items")),
    "SQL text for rows": lambda s: s.scalars(select(Item).from_statement(text("SELECT * FROM items"))).all(),
    "SQL text in a condition": lambda s: s.scalars(select(Item.id).where(text("1 = 1 OR 1 = 1"))).all(),
    "SQL text for a column": lambda s: s.execute(
        select(Item.id, literal_column("(SELECT COUNT(*) FROM orders)"))
    ).all(),
    "SQL text to the driver": lambda s: s.connection().exec_driver_sql("SELECT 1"),
    "SQL text that updates": lambda s: s.connection().execute(text("UPDATE items SET stock = 0")),
    "a bare table": lambda s: s.execute(select(bare)).all(),
    "a bare table in a condition": lambda s: s.scalars(select(Item.id).where(Item.id.in_(select(bought)))).all(),
    "a bare table in a cross join": lambda s: s.execute(select(Item.id, bought).where(bought == Item.id)).all(),
    "a bare table joined": lambda s: s.execute(select(Item.id).join(Order.__table__, bought == Item.id)).all(),
    "an alias of a bare table": lambda s: s.execute(select(bare.alias("mine").c.id)).all(),
    "a table by its name": lambda s: s.execute(select(table("items", bare_column("id")))).all(),
    "a query on the connection": lambda s: s.connection().execute(select(Item.id)).all(),
    "another tenant's rows by id": lambda s: s.scalars(select(Item.id).where(Item.tenant_id == THEIRS)).all(),
    "another tenant's rows of a bare table": lambda s: s.execute(
        select(bare.c.id).where(bare.c.tenant_id == THEIRS)
    ).all(),
    "an update of a bare table": lambda s: s.execute(update(bare).values(stock=0)),
    "a deletion from a bare table": lambda s: s.execute(delete(bare)),
    "updates by primary key": lambda s: s.execute(update(Item), [{"id": 3, "stock": 0}]),
    "a row of another tenant": lambda _: ItemRepository().create(**item_row(9, THEIRS)),
    "rows of another tenant": lambda _: OrderRepository().create_many([order_row(8, OURS), order_row(9, THEIRS)]),
    "rows of another tenant, by insert": lambda s: s.execute(insert(Item), [item_row(9, THEIRS)]),
    "a row without a tenant, by insert": lambda s: s.execute(insert(Item).values(id=9, name="x")),
    "rows of a subquery": lambda s: s.execute(insert(Order).from_select(["seq"], select(Order.seq))),
    "an upsert": lambda s: s.execute(
        upsert(bare).on_conflict_do_update(index_elements=["id"], set_={"stock": 0}), [item_row(3, OURS)]
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_leaves_the_rows_of_other_tenants_unchanged(
    tenant_databases: TenantDatabases, change: Callable[[Session], Any]
) -> None:
    def before_and_after(session: Session) -> tuple[object, object]:
        before = rows_of_theirs(session)
        change(session)
        return before, rows_of_theirs(session)

    before, after = tenant_databases.query_shared_as_tenant(before_and_after)
    assert before == after
    before, after = tenant_databases.query_all_tenants(before_and_after)
    assert before != after


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_a_statement_that_cannot_be_filtered_is_refused(
    tenant_databases: TenantDatabases, statement: Callable[[Session], Any]
) -> None:
    with pytest.raises(TenantError):
        tenant_databases.query_shared_as_tenant(statement)


def test_a_repeated_statement_is_refused_each_time(tenant_databases: TenantDatabases) -> None:
    for _ in range(3):
        with pytest.raises(TenantError, match="orders is not filtered by tenant"):
            tenant_databases.query_shared_as_tenant(REFUSED["a bare table in a cross join"])


def test_a_row_without_a_tenant_gets_the_current_one(tenant_databases: TenantDatabases) -> None:
    columns = {name: value for name, value in item_row(9, OURS).items() if name != "tenant_id"}
    assert tenant_databases.query_shared_as_tenant(lambda _: ItemRepository().create(**columns).tenant_id) == OURS


def test_rows_without_a_tenant_get_the_current_one(tenant_databases: TenantDatabases) -> None:
    columns = {name: value for name, value in order_row(9, OURS).items() if name != "tenant_id"}

    def write(session: Session) -> int:
        OrderRepository().create_many([columns, order_row(8, OURS)])
        return session.query(Order).filter(Order.seq > 7).count()

    assert tenant_databases.query_shared_as_tenant(write) == 2


def test_a_row_cannot_move_to_another_tenant(tenant_databases: TenantDatabases) -> None:
    def give_away(session: Session) -> None:
        session.get_one(Item, 2).tenant_id = THEIRS
        session.flush()

    with pytest.raises(TenantError, match="A row of items belongs to tenant 2, not to 1"):
        tenant_databases.query_shared_as_tenant(give_away)


@pytest.mark.parametrize(
    "insert_row",
    [
        lambda _: ItemRepository().create(name="x"),
        lambda _: OrderRepository().create_many([{"id": UUID(int=9)}]),
    ],
)
def test_with_all_tenants_a_new_row_needs_a_tenant(tenant_databases: TenantDatabases, insert_row: SessionQuery) -> None:
    with pytest.raises(TenantError):
        tenant_databases.query_all_tenants(insert_row)
