"""Insert of many rows with one parameter, compared with an ordinary insert."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import BigInteger, Column, Engine, Integer, MetaData, String, Table, insert, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from shop.core.database.bulk_insert import ROWS_MIN, insert_rows
from shop.core.database.engine import Database
from shop.core.database.types import BigId, BinaryUuid, UtcDateTime
from shop.core.settings.settings import Settings
from shop.core.tenant import all_tenants

MOMENT = datetime(2026, 7, 31, 23, 59, 59, 123_457, tzinfo=UTC)
OPTIONS: dict[str, Any] = {"mysql_default_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
OPTIONS |= {name.replace("mysql", "mariadb"): value for name, value in OPTIONS.items()}
parts = Table(
    "test_parts",
    MetaData(),
    Column("id", BigId, primary_key=True),
    Column("ref", BinaryUuid, unique=True),
    Column("name", String(8)),
    Column("pieces", Integer),
    Column("price", BigInteger),
    Column("at", UtcDateTime),
    **OPTIONS,
)


class Word(StrEnum):
    ONE = "one"


VALUES: list[dict[str, Any]] = [
    {"name": "text"},
    {"name": ""},
    {"name": None},
    {"name": Word.ONE},
    {"name": "'\"\\%s"},
    {"name": "é\u2028😀\n\0"},
    {"name": "+00:00 -"},
    {"price": 2**63 - 1},
    {"price": -(2**63)},
    {"pieces": 2**31 - 1},
    {"pieces": None},
    {"pieces": True},
    {"ref": UUID(int=0)},
    {"ref": UUID(int=2**128 - 1)},
    {"at": None},
    {"at": MOMENT.replace(microsecond=0)},
    {"at": MOMENT.replace(microsecond=1)},
    {"at": datetime(1000, 1, 1, tzinfo=UTC)},
    {"at": datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)},
]
REFUSED: list[dict[str, Any]] = [
    {"ref": UUID(int=7)},
    {"name": "too long a text"},
    {"name": "x" * 70_000},
    {"pieces": 2**31},
    {"price": 2**63},
    {"price": 2**64 - 1},
]
ORDINARY: list[dict[str, Any]] = [
    {"price": -(2**63) - 1},
    {"price": 10**30},
    {"name": "\ud800"},
    {"at": MOMENT.replace(tzinfo=None)},
    {"at": MOMENT.astimezone(timezone(timedelta(hours=2)))},
]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = Database(Settings(database_url=database_url)).engine
    parts.create(engine)
    yield engine
    parts.drop(engine)
    engine.dispose()


def rows_with(values: dict[str, Any], count: int = ROWS_MIN) -> list[dict[str, Any]]:
    rows = [{"ref": uuid4(), "name": "a", "pieces": 1, "price": 2, "at": MOMENT} for _ in range(count)]
    rows[-1] |= values
    return rows


def read(engine: Engine) -> list[tuple[Any, ...]]:
    with engine.connect() as connection, all_tenants():
        return [tuple(row)[1:] for row in connection.execute(select(parts).order_by(parts.c.id))]


@pytest.mark.server
@pytest.mark.parametrize("values", VALUES, ids=repr)
def test_rows_are_those_of_an_ordinary_insert(engine: Engine, values: dict[str, Any]) -> None:
    rows = rows_with(values)
    with engine.begin() as connection, all_tenants():
        connection.execute(insert(parts), rows)
    expected = read(engine)
    with engine.begin() as connection, all_tenants():
        connection.execute(parts.delete())
        assert insert_rows(connection, parts, rows)
    assert read(engine) == expected


@pytest.mark.server
@pytest.mark.parametrize("values", REFUSED, ids=lambda values: repr(values)[:40])
def test_a_refused_value_is_the_error_of_an_ordinary_insert(engine: Engine, values: dict[str, Any]) -> None:
    with engine.begin() as connection, all_tenants():
        connection.execute(insert(parts), [{"ref": UUID(int=7)}])
    errors = []
    for work in (
        lambda c: c.execute(insert(parts), rows_with(values)),
        lambda c: insert_rows(c, parts, rows_with(values)),
    ):
        with pytest.raises(DBAPIError) as raised, engine.begin() as connection, all_tenants():
            work(connection)
        assert isinstance(raised.value, DataError | IntegrityError)
        errors.append((raised.type, raised.value.orig and raised.value.orig.args[0]))
    assert errors[0] == errors[1]
    assert len(read(engine)) == 1


@pytest.mark.server
@pytest.mark.parametrize("values", ORDINARY, ids=repr)
def test_other_values_need_an_ordinary_insert(engine: Engine, values: dict[str, Any]) -> None:
    with engine.begin() as connection, all_tenants():
        assert not insert_rows(connection, parts, rows_with(values))
    assert read(engine) == []


@pytest.mark.server
def test_few_rows_need_an_ordinary_insert(engine: Engine) -> None:
    with engine.begin() as connection, all_tenants():
        assert not insert_rows(connection, parts, rows_with({}, ROWS_MIN - 1))
    assert read(engine) == []


@pytest.mark.server
def test_a_batch_is_one_statement_with_one_parameter(engine: Engine) -> None:
    with engine.begin() as connection, all_tenants():
        assert insert_rows(connection, parts, rows_with({}, 500))
    assert len(read(engine)) == 500


def test_sqlite_has_a_cheaper_ordinary_insert(tmp_path: Any) -> None:
    database = Database(Settings(database_url=f"sqlite:///{tmp_path}/x.sqlite"))
    with database.engine.begin() as connection, all_tenants():
        assert not insert_rows(connection, parts, rows_with({}))
    database.engine.dispose()
