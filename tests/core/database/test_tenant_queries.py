"""Tenant filter of queries: every form returns only the tenant's rows."""

from typing import Any

import pytest
from sqlalchemy import Integer, Select, exists, func, select, tuple_, type_coerce, union_all
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, aliased

from shop.core.database.select import ListStatement
from shop.core.pagination.cursor import CursorSigner
from shop.core.query.query import Comparison, ListQuery, Sort
from shop.core.query.spec import Kind, Mode, Operator
from shop.core.tenant import all_tenants, in_tenant
from shop.models.item import Item
from shop.models.order import Order
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from tests.core.database.support.two_tenants import ITEMS, SessionQuery, TenantDatabases, run_query

ids = select(Item.id).order_by(Item.id)
Other = aliased(Item)
CURSORS: CursorSigner = None  # type: ignore[assignment]  # no query here uses a cursor
NAMED = Comparison(("name",), Operator.LIKE, ("",))
RELATED = Comparison(("orders", "quantity"), Operator.EQUAL, (6,))
cheap = select(Item.id, Item.stock).where(Item.stock > 0).cte()


def rows(query: Any) -> SessionQuery:
    """Return the rows as sorted texts."""
    return lambda session: sorted(str(tuple(row)) for row in session.execute(query))


def listed(session: Session, mode: Mode, condition: Comparison = NAMED) -> Any:
    """Return the page of a list with a search."""
    source = ItemRepository().source().to_many("orders", OrderRepository().source(), by="item_id")
    list_query = ListQuery(terms=((condition,),), order=(Sort(("id",), Kind.INTEGER, True),), mode=mode)
    return ListStatement(list_query, source, ItemRepository().not_deleted(), ("items",)).run(session, CURSORS)


def number(query: Select[Any]) -> SessionQuery:
    """Return the single number of a query."""
    return lambda session: int(session.scalar(query) or 0)


def by_key(**options: Any) -> SessionQuery:
    """Return for each item id if its row is found."""
    return lambda session: [session.get(Item, item_id, **options) is not None for item_id in ITEMS]


def names(session: Session, query: Any) -> list[str]:
    """Return the sorted names of the rows."""
    return sorted(row.name for row in session.scalars(query))


QUERIES: dict[str, SessionQuery] = {
    "rows": lambda session: names(session, select(Item)),
    "columns": rows(ids),
    "by key": by_key(),
    "by key, locked": by_key(with_for_update=True, populate_existing=True),
    "locked": rows(select(Item.id, Item.epoch).with_for_update()),
    "a sum": number(select(func.sum(Item.stock))),
    "a count": number(select(func.count()).select_from(Item)),
    "a count of a subquery": number(select(func.count()).select_from(ids.subquery())),
    "the total of a list": lambda session: listed(session, Mode.PAGE).total,
    "the rows of a list": lambda session: [row.id for row in listed(session, Mode.SIMPLE).rows],
    "a list by what a relation has": lambda session: [row.id for row in listed(session, Mode.SIMPLE, RELATED).rows],
    "groups": rows(select(Order.user_id, func.sum(Order.quantity)).group_by(Order.user_id).having(func.count() > 1)),
    "a subquery for each item": lambda _: OrderRepository().find_highest_numbers({4: 1, 5: 1}),
    "exists": number(select(type_coerce(exists().where(Order.seq == 6), Integer))),
    "exists, second form": number(select(type_coerce(select(Order.id).where(Order.seq == 6).exists(), Integer))),
    "in a subquery": rows(ids.where(Item.id.in_(select(Order.seq)))),
    "not exists": rows(ids.where(~exists().where(Order.seq > Item.id))),
    "a join": rows(select(Item.id, Order.seq).join(Order, Order.seq >= Item.id)),
    "an outer join": rows(select(Item.id, Order.seq).outerjoin(Order, Order.seq == Item.id + 1)),
    "a cross join": rows(select(Item.id, Order.seq).where(Order.seq == Item.id)),
    "one table twice": rows(select(Item.id, Other.id).join(Other, Other.id > Item.id)),
    "a subquery as a table": lambda session: names(session, select(aliased(Item, select(Item).subquery()))),
    "a table expression": rows(select(cheap.c.id)),
    "a table expression in a join": rows(select(Order.seq, cheap.c.id).join(cheap, cheap.c.id == Order.seq)),
    "a union": rows(union_all(select(Item.id), select(Order.seq))),
    "rows of a union": lambda session: names(
        session, select(Item).from_statement(union_all(select(Item), select(Item)))
    ),
    "in a union": rows(ids.where(Item.id.in_(union_all(select(Order.seq), select(Item.id))))),
    "pairs": rows(ids.where(tuple_(Item.id, Item.stock) > (2, 20))),
    "a window": rows(select(Item.id, func.row_number().over(order_by=Item.id))),
    "distinct": rows(select(Item.stock).distinct()),
    "the highest": number(select(func.max(Order.seq)).where(Order.item_id == 4)),
    "a scalar subquery": rows(select(func.coalesce(select(func.sum(Order.quantity)).scalar_subquery(), 0))),
    "the first": number(ids.limit(1)),
    "the last": number(select(Item.id).order_by(Item.id.desc()).limit(1)),
    "a stream": lambda session: list(session.scalars(ids, execution_options={"yield_per": 2})),
    "the legacy query API": lambda session: session.query(Item).filter(Item.id > 0).count(),
    "every page": lambda _: [str(line.order_id) for line in OrderRepository().iterate_lines(4)],
}
FORMS = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)


@FORMS
def test_a_query_returns_the_same_as_without_the_other_tenant(
    tenant_databases: TenantDatabases, query: SessionQuery
) -> None:
    assert tenant_databases.query_shared_as_tenant(query) == tenant_databases.query_single(query)


@FORMS
def test_without_the_filter_a_query_returns_something_else(
    tenant_databases: TenantDatabases, query: SessionQuery
) -> None:
    # Otherwise the test above would prove nothing.
    assert tenant_databases.query_all_tenants(query) != tenant_databases.query_single(query)


def test_alternating_tenants_see_their_own_rows_only(tenant_databases: TenantDatabases) -> None:
    seen_ids: dict[int, set[int]] = {1: set(), 2: set()}
    for tenant_id in (1, 2, 1, 2):
        with in_tenant(tenant_id):
            seen_ids[tenant_id] |= set(run_query(tenant_databases.shared, lambda session: list(session.scalars(ids))))
    assert seen_ids == {1: {2, 4, 5}, 2: {1, 3, 6}}


def test_refreshing_a_row_that_moved_to_another_tenant_fails(tenant_databases: TenantDatabases) -> None:
    def query(session: Session) -> None:
        row = session.get_one(Item, 2)
        with all_tenants():
            session.connection().exec_driver_sql("UPDATE items SET tenant_id = 2, name = 'secret' WHERE id = 2")
        session.refresh(row)

    with pytest.raises(InvalidRequestError, match="Could not refresh"):
        tenant_databases.query_shared_as_tenant(query)
