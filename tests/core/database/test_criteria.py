"""Criteria as an immutable stack of conditions, and keyset pagination."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, delete, insert, or_, select

from shop.core.database.criteria import Criteria
from shop.core.database.engine import Database
from shop.core.database.keyset import SortKey, rows_after
from shop.core.settings.settings import Settings

things = Table(
    "test_list_things",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("a", Integer),
    Column("b", String(10)),
    Column("c", Integer, nullable=False),
)
ROWS = [{"id": n, "a": a, "b": b, "c": 1} for n, (a, b) in enumerate(product((1, 2, None), ("x", "y", None)))]
BASE = Criteria()


@pytest.fixture(params=[pytest.param("mariadb", marks=pytest.mark.server), "sqlite"], scope="module")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("criteria")
    address = request.getfixturevalue("database_url") if request.param == "mariadb" else f"sqlite:///{folder}/x"
    engine = Database(Settings(database_url=address, var=str(Path(folder)))).engine
    things.create(engine)
    yield engine
    things.drop(engine)
    engine.dispose()


def fill(engine: Engine, rows: list[dict[str, Any]]) -> None:
    with engine.begin() as connection:
        connection.execute(delete(things))
        connection.execute(insert(things), rows)


def ids(engine: Engine, criteria: Criteria) -> list[int]:
    with engine.connect() as connection:
        return list(connection.scalars(select(things.c.id).where(criteria.clause()).order_by(things.c.id)))


def test_an_or_is_grouped_within_its_condition(engine: Engine) -> None:
    fill(engine, ROWS)
    either = BASE.push(or_(things.c.a == 1, things.c.a == 2))
    assert ids(engine, either.push(things.c.b == "x")) == [0, 3]
    assert ids(engine, BASE.push(things.c.b == "x").push(or_(things.c.a == 1, things.c.a == 2))) == [0, 3]


def test_popped_skipped_and_reset_conditions_have_no_effect(engine: Engine) -> None:
    fill(engine, ROWS)
    one = BASE.push(things.c.a == 1)
    both = one.push(things.c.b == "x")
    assert (ids(engine, both), ids(engine, both.pop())) == ([0], [0, 1, 2])
    assert ids(engine, both.skip()) == ids(engine, both.reset()) == ids(engine, BASE) == list(range(9))
    assert ids(engine, both.skip().skip(skipped=False)) == [0]
    assert BASE.pop() == BASE


def test_changes_leave_the_original_criteria_unchanged() -> None:
    one = BASE.push(things.c.a == 1)
    before = (one.stack, one.skipped)
    one.push(things.c.b == "x")
    one.pop()
    one.skip()
    one.reset()
    assert (one.stack, one.skipped, BASE.stack) == (*before, ())


SORTS = st.permutations(["a", "b", "c"]).flatmap(
    lambda names: st.tuples(*(st.tuples(st.just(name), st.booleans()) for name in [*names, "id"]))
)
VALUES = st.lists(
    st.fixed_dictionaries(
        {"a": st.one_of(st.none(), st.integers(0, 2)), "b": st.sampled_from(["x", "y", None]), "c": st.integers(0, 1)}
    ),
    min_size=1,
    max_size=12,
)


@given(values=VALUES, sorts=SORTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stepping_from_row_to_row_visits_all_rows_in_order(
    engine: Engine, values: list[dict[str, Any]], sorts: tuple[tuple[str, bool], ...]
) -> None:
    fill(engine, [{"id": n, **row} for n, row in enumerate(values)])
    keys = [SortKey(things.c[name], down) for name, down in sorts]
    query = select(*(things.c[name] for name, _ in sorts)).order_by(*(key.order_clause for key in keys))
    with engine.connect() as connection:
        expected = [tuple(row) for row in connection.execute(query)]
        visited: list[Any] = []
        row = connection.execute(query.limit(1)).first()
        while row and len(visited) < len(expected) + 1:
            visited.append(tuple(row))
            row = connection.execute(query.where(rows_after(keys, tuple(row))).limit(1)).first()
    assert visited == expected
