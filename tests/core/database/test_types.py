"""Column types that behave alike on MariaDB and SQLite."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, MetaData, Table, insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import Column

from shop.core.database.engine import Database
from shop.core.database.types import BigId, BinaryUuid, UtcDateTime
from shop.core.settings.settings import Settings

EXACT = datetime(2026, 7, 31, 23, 59, 59, 123_457, tzinfo=UTC)
UUIDS = [
    UUID(int=0),
    UUID(int=1),
    UUID(int=2**128 - 1),
    UUID(int=1 << 120),
    UUID("018f2f6e-7d1c-7000-8000-0a0d20005c27"),
]
MOMENTS = [EXACT, EXACT.replace(microsecond=0), EXACT.replace(microsecond=1), EXACT.replace(microsecond=999_999)]
things = Table(
    "test_things",
    MetaData(),
    Column("id", BigId, primary_key=True),
    Column("at", UtcDateTime),
    Column("ref", BinaryUuid),
)


@pytest.fixture(params=[pytest.param("mariadb", marks=pytest.mark.server), "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    address = (
        f"sqlite:///{tmp_path}/x.sqlite3" if request.param == "sqlite" else request.getfixturevalue("database_url")
    )
    engine = Database(Settings(database_url=address)).engine
    things.create(engine)
    yield engine
    things.drop(engine)
    engine.dispose()


def store(engine: Engine, **columns: object) -> int:
    with engine.begin() as connection:
        found = connection.execute(insert(things).values(**columns)).inserted_primary_key
    assert found is not None
    number: int = found[0]
    return number


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_microseconds_are_stored(engine: Engine, moment: datetime) -> None:
    number = store(engine, at=moment)
    with engine.connect() as connection:
        found = connection.scalar(select(things.c.at).where(things.c.id == number))
    assert found == moment
    assert found.tzinfo is UTC


def test_a_time_of_another_zone_is_stored_as_utc(engine: Engine) -> None:
    taipei = EXACT.astimezone(timezone(timedelta(hours=8)))
    store(engine, at=taipei)
    with engine.connect() as connection:
        stored = str(connection.scalar(text("SELECT at FROM test_things")))
        assert connection.scalar(select(things.c.at).where(things.c.at == taipei)) == EXACT
    assert stored.startswith("2026-07-31 23:59:59.123457")


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="without a time zone cannot be stored"):
        store(engine, at=EXACT.replace(tzinfo=None))


@pytest.mark.parametrize("ref", UUIDS, ids=str)
def test_a_uuid_is_returned_and_found(engine: Engine, ref: UUID) -> None:
    number = store(engine, ref=ref)
    with engine.connect() as connection:
        assert connection.scalar(select(things.c.ref).where(things.c.id == number)) == ref
        assert connection.scalar(select(things.c.id).where(things.c.ref == ref)) == number
        assert connection.scalar(text("SELECT length(ref) FROM test_things")) == 16


def test_null_is_returned_as_none(engine: Engine) -> None:
    number = store(engine)
    with engine.connect() as connection:
        assert connection.execute(select(things).where(things.c.id == number)).one() == (number, None, None)


def test_rows_without_an_id_are_numbered(engine: Engine) -> None:
    first = store(engine)
    assert store(engine) == first + 1
