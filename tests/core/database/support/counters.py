"""Table of two counters, for tests of transactions."""

from sqlalchemy import text

from shop.core.database.engine import Database
from shop.core.database.transaction import current_session

RAISE = text("UPDATE test_counters SET value = value + 1 WHERE id = :id")


def prepare(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE test_counters (id INT PRIMARY KEY, value INT) ENGINE=InnoDB"))
        connection.execute(text("INSERT INTO test_counters VALUES (1, 0), (2, 0)"))


def values(database: Database) -> list[int]:
    with database.engine.connect() as connection:
        return list(connection.scalars(text("SELECT value FROM test_counters ORDER BY id")))


def raise_counter(number: int) -> None:
    current_session().execute(RAISE, {"id": number})
