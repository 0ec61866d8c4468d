"""Error messages of the database engine."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from shop.core.database.engine import Database
from shop.core.settings.settings import Settings


def failure(engine: Engine) -> str:
    """Return the message of a failed statement."""
    with pytest.raises(DBAPIError) as failed, engine.connect() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:word)"), {"word": "hunter2"})
    return str(failed.value)


@pytest.mark.usefixtures("every_tenant")
@pytest.mark.parametrize("kind", ["engine", "migration_engine"])
def test_the_message_of_a_failed_statement_has_no_values(clean_database: str, tmp_path: Path, kind: str) -> None:
    for address in (clean_database, f"sqlite:///{tmp_path / 'shop.sqlite3'}"):
        engine = getattr(Database(Settings(database_url=address)), kind)
        message = failure(engine if kind == "engine" else engine())

        assert "INSERT INTO nowhere" in message
        assert "hunter2" not in message
