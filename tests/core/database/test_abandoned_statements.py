"""Statements whose client has gone."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from shop.core.database.engine import Database
from shop.core.database.transaction import current_session, in_transaction
from shop.core.settings.settings import Settings
from tests.support.polling import Eventually

# MariaDB notices a closed connection only when it sends rows, which this statement never does.
ENDLESS = "SELECT /*endless*/ count(*) FROM seq_1_to_90000 a, seq_1_to_90000 b WHERE concat(a.seq, b.seq) LIKE '%z%'"
RUNNING = "SELECT id FROM information_schema.processlist WHERE info LIKE '%/*endless*/%' AND id <> connection_id()"


@pytest.mark.usefixtures("every_tenant")
def test_a_statement_ends_soon_after_its_client_has_gone(database_url: str, eventually: Eventually) -> None:
    database = Database(Settings(database_url=database_url))
    with pytest.raises(OperationalError, match="timed out"):
        in_transaction(database, lambda: current_session().scalar(text(ENDLESS)))

    with database.migration_engine().connect() as watching:
        try:
            eventually(lambda: _assert_none_runs(watching), 3.0)
        finally:
            for number in watching.scalars(text(RUNNING)).all():
                watching.execute(text(f"KILL {number}"))
    database.engine.dispose()


def _assert_none_runs(watching: Connection) -> None:
    assert watching.scalars(text(RUNNING)).all() == []
