"""Errors of the database that no repetition mends: never reported as a store that is down."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError

from shop.core.database.engine import Database
from shop.core.database.refusals import StatementRefused
from shop.core.settings.settings import Settings

MIXED = "SELECT _utf8mb4'a' COLLATE utf8mb4_general_ci = _utf8mb4'b' COLLATE utf8mb4_bin"


@pytest.fixture
def engine(clean_database: str) -> Iterator[Engine]:
    engine = Database(Settings(database_url=clean_database)).engine
    yield engine
    engine.dispose()


@pytest.fixture
def small_packets(engine: Engine) -> Iterator[None]:
    """Let the server take no long statements."""
    with engine.connect() as connection:
        size = connection.scalar(text("SELECT @@max_allowed_packet"))
        connection.execute(text("SET GLOBAL max_allowed_packet = 2048"))
    engine.dispose()
    yield
    with engine.connect() as connection:
        connection.execute(text(f"SET GLOBAL max_allowed_packet = {size}"))


def mix_collations(connection: Connection) -> None:
    connection.execute(text(MIXED))


def name_no_column(connection: Connection) -> None:
    connection.execute(text("SELECT nothing"))


def violate_a_check(connection: Connection) -> None:
    connection.execute(text("CREATE TEMPORARY TABLE counts (count INT CHECK (count >= 0))"))
    connection.execute(text("INSERT INTO counts VALUES (-1)"))


@pytest.mark.usefixtures("every_tenant")
@pytest.mark.parametrize("work", [mix_collations, name_no_column, violate_a_check])
def test_a_refused_statement_is_not_an_unavailable_database(engine: Engine, work: Callable[[Connection], None]) -> None:
    with pytest.raises(StatementRefused) as refused, engine.connect() as connection:
        work(connection)
    assert not isinstance(refused.value, OperationalError)


@pytest.mark.usefixtures("every_tenant")
def test_a_value_in_other_characters_is_an_error_of_the_data(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE words (word VARCHAR(9) CHARACTER SET latin1)"))
        with pytest.raises(DataError, match="1366"):
            connection.execute(text("INSERT INTO words VALUES (:word)"), {"word": "茶"})


@pytest.mark.usefixtures("every_tenant", "small_packets")
def test_a_statement_that_is_too_long_is_refused_and_the_connection_lives(engine: Engine) -> None:
    with engine.connect() as connection:
        with pytest.raises(StatementRefused, match="1153"):
            connection.execute(text("SELECT :text"), {"text": "x" * 4000})
        assert connection.scalar(text("SELECT 1")) == 1


@pytest.mark.usefixtures("every_tenant")
@pytest.mark.parametrize("number", [1040, 1053, 1290, 2013])
def test_a_state_that_passes_stays_an_unavailable_database(engine: Engine, number: int) -> None:
    with pytest.raises(OperationalError, match=str(number)), engine.connect() as connection:
        connection.execute(text(f"SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = {number}"))


@pytest.mark.usefixtures("every_tenant")
def test_a_refusal_of_sqlite_is_told_apart_from_a_lock(tmp_path_factory: pytest.TempPathFactory) -> None:
    engine = Database(Settings(var=str(tmp_path_factory.mktemp("sqlite")))).engine
    with pytest.raises(StatementRefused, match="no such table"), engine.connect() as connection:
        connection.execute(text("SELECT * FROM nowhere"))
    engine.dispose()


@pytest.mark.usefixtures("every_tenant")
def test_a_connection_has_the_characters_of_the_tables(clean_database: str) -> None:
    engine = Database(Settings(database_url=clean_database.replace("charset=utf8mb4", "charset=latin1"))).engine
    with engine.connect() as connection:
        row = connection.execute(text("SELECT @@character_set_client, @@collation_connection")).one()
    engine.dispose()
    assert tuple(row) == ("utf8mb4", "utf8mb4_bin")
    assert issubclass(StatementRefused, DBAPIError)
