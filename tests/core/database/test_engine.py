"""What a database says of itself."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from shop.core.database.engine import Database
from shop.core.settings.settings import Settings


def failure(engine: Engine) -> str:
    """What is told of a statement that fails."""
    with pytest.raises(DBAPIError) as failed, engine.connect() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:word)"), {"word": "hunter2"})
    return str(failed.value)


@pytest.mark.usefixtures("every_tenant")
@pytest.mark.parametrize("kind", ["engine", "migration_engine"])
def test_a_statement_that_fails_is_told_without_its_values(clean_database: str, tmp_path: Path, kind: str) -> None:
    for address in (clean_database, f"sqlite:///{tmp_path / 'shop.sqlite3'}"):
        engine = getattr(Database(Settings(database_url=address)), kind)
        told = failure(engine if kind == "engine" else engine())

        assert "INSERT INTO nowhere" in told
        assert "hunter2" not in told
