"""Every form of question is answered with the rows of the tenant alone, whoever else lives in the tables."""

from typing import Any

import pytest
from sqlalchemy import Integer, Select, exists, func, select, tuple_, type_coerce, union_all
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, aliased

from shop.core.database.select import ListStatement as ListQuestion
from shop.core.pagination.cursor import CursorSigner
from shop.core.query.query import Comparison, ListQuery, Sort
from shop.core.query.spec import Kind, Mode, Operator
from shop.core.tenant import all_tenants, in_tenant
from shop.models.item import Item
from shop.models.order import Order
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from tests.core.database.two_tenants import ITEMS, SessionQuery, TenantDatabases, run_query

ids = select(Item.id).order_by(Item.id)
Other = aliased(Item)
CURSORS: CursorSigner = None  # type: ignore[assignment]  # nothing here goes on by a cursor
NAMED = Comparison(("name",), Operator.LIKE, ("",))
RELATED = Comparison(("orders", "quantity"), Operator.EQUAL, (6,))
cheap = select(Item.id, Item.stock).where(Item.stock > 0).cte()


def rows(query: Any) -> SessionQuery:
    """The rows as text, in an order of ours."""
    return lambda session: sorted(str(tuple(row)) for row in session.execute(query))


def listed(session: Session, mode: Mode, condition: Comparison = NAMED) -> Any:
    """What a list answers that is searched so."""
    source = ItemRepository().source().to_many("orders", OrderRepository().source(), by="item_id")
    said = ListQuery(terms=((condition,),), order=(Sort(("id",), Kind.INTEGER, True),), mode=mode)
    return ListQuestion(said, source, ItemRepository().not_deleted(), ("items",)).run(session, CURSORS)


def number(query: Select[Any]) -> SessionQuery:
    """The one number."""
    return lambda session: int(session.scalar(query) or 0)


def by_key(**how: Any) -> SessionQuery:
    """Which of all ids lead to a row."""
    return lambda session: [session.get(Item, item_id, **how) is not None for item_id in ITEMS]


def names(session: Session, query: Any) -> list[str]:
    """The names of whole rows."""
    return sorted(row.name for row in session.scalars(query))


QUESTIONS: dict[str, SessionQuery] = {
    "rows": lambda session: names(session, select(Item)),
    "columns": rows(ids),
    "by key": by_key(),
    "by key, locked": by_key(with_for_update=True, populate_existing=True),
    "locked": rows(select(Item.id, Item.epoch).with_for_update()),
    "a sum": number(select(func.sum(Item.stock))),
    "a count": number(select(func.count()).select_from(Item)),
    "a count of a question": number(select(func.count()).select_from(ids.subquery())),
    "the total of a list": lambda session: listed(session, Mode.PAGE).total,
    "the rows of a list": lambda session: [row.id for row in listed(session, Mode.SIMPLE).rows],
    "a list by what a relation has": lambda session: [row.id for row in listed(session, Mode.SIMPLE, RELATED).rows],
    "groups": rows(select(Order.user_id, func.sum(Order.quantity)).group_by(Order.user_id).having(func.count() > 1)),
    "questions for each item": lambda _: OrderRepository().find_highest_numbers({4: 1, 5: 1}),
    "is there one": number(select(type_coerce(exists().where(Order.seq == 6), Integer))),
    "is there one, the other way": number(
        select(type_coerce(select(Order.id).where(Order.seq == 6).exists(), Integer))
    ),
    "in a question": rows(ids.where(Item.id.in_(select(Order.seq)))),
    "unlike any of a question": rows(ids.where(~exists().where(Order.seq > Item.id))),
    "a join": rows(select(Item.id, Order.seq).join(Order, Order.seq >= Item.id)),
    "an outer join": rows(select(Item.id, Order.seq).outerjoin(Order, Order.seq == Item.id + 1)),
    "side by side": rows(select(Item.id, Order.seq).where(Order.seq == Item.id)),
    "one table twice": rows(select(Item.id, Other.id).join(Other, Other.id > Item.id)),
    "a question as a table": lambda session: names(session, select(aliased(Item, select(Item).subquery()))),
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
    "a value out of a question": rows(select(func.coalesce(select(func.sum(Order.quantity)).scalar_subquery(), 0))),
    "the first": number(ids.limit(1)),
    "the last": number(select(Item.id).order_by(Item.id.desc()).limit(1)),
    "a stream": lambda session: list(session.scalars(ids, execution_options={"yield_per": 2})),
    "the older way": lambda session: session.query(Item).filter(Item.id > 0).count(),
    "every page": lambda _: [str(line.order_id) for line in OrderRepository().iterate_lines(4)],
}
FORMS = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


@FORMS
def test_a_question_is_answered_as_if_the_others_were_not_there(
    tenant_databases: TenantDatabases, question: SessionQuery
) -> None:
    assert tenant_databases.query_shared_as_tenant(question) == tenant_databases.query_single(question)


@FORMS
def test_without_a_filter_it_would_be_answered_otherwise(
    tenant_databases: TenantDatabases, question: SessionQuery
) -> None:
    # Or the test above would prove nothing.
    assert tenant_databases.query_all_tenants(question) != tenant_databases.query_single(question)


def test_each_is_told_its_own_however_they_take_turns(tenant_databases: TenantDatabases) -> None:
    told: dict[int, set[int]] = {1: set(), 2: set()}
    for tenant_id in (1, 2, 1, 2):
        with in_tenant(tenant_id):
            told[tenant_id] |= set(run_query(tenant_databases.shared, lambda session: list(session.scalars(ids))))
    assert told == {1: {2, 4, 5}, 2: {1, 3, 6}}


def test_a_row_that_is_read_again_after_it_went_to_somebody_else_is_gone(tenant_databases: TenantDatabases) -> None:
    def question(session: Session) -> None:
        row = session.get_one(Item, 2)
        with all_tenants():
            session.connection().exec_driver_sql("UPDATE items SET tenant_id = 2, name = 'secret' WHERE id = 2")
        session.refresh(row)

    with pytest.raises(InvalidRequestError, match="Could not refresh"):
        tenant_databases.query_shared_as_tenant(question)
