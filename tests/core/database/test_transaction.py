"""The transaction: all or nothing, lazily, and nothing outside of it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import event, text

from shop.core.database.engine import Database
from shop.core.database.transaction import (
    TransactionError,
    after_commit,
    current_session,
    in_transaction,
    release_connection,
    transactional,
)
from shop.core.settings.settings import Settings

pytestmark = pytest.mark.usefixtures("every_tenant")


@dataclass(frozen=True)
class Entrance:
    """What a Controller or a Job is to a transaction."""

    database: Database
    committed: list[str] = field(default_factory=list)

    @transactional
    def write(self, word: str, *, fail: Exception | None = None) -> str:
        current_session().execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
        after_commit(self.committed.append, word)
        if fail:
            raise fail
        return word

    @transactional
    def nest(self) -> None:
        self.write("inner")

    @transactional
    def say(self, *words: str) -> None:
        for word in words:
            after_commit(self.committed.append, word)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(Settings(var=str(tmp_path)))
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE words (word TEXT)"))
    yield database
    database.engine.dispose()


@pytest.fixture
def entrance(database: Database) -> Entrance:
    return Entrance(database)


def words_in(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.scalars(text("SELECT word FROM words")))


def boom() -> None:
    raise ValueError("the queue is gone")


def test_a_method_that_returns_is_committed(entrance: Entrance) -> None:
    assert entrance.write("one") == "one"
    assert words_in(entrance.database) == ["one"]


def test_a_method_that_raises_is_rolled_back_and_its_error_goes_on(entrance: Entrance) -> None:
    with pytest.raises(ValueError, match="no"):
        entrance.write("one", fail=ValueError("no"))
    assert words_in(entrance.database) == []


def test_the_next_transaction_starts_afresh(entrance: Entrance) -> None:
    with pytest.raises(KeyError):
        entrance.write("one", fail=KeyError())
    entrance.write("two")
    assert words_in(entrance.database) == ["two"]


def test_a_transaction_inside_another_is_refused(entrance: Entrance) -> None:
    with pytest.raises(
        TransactionError, match=r"A transaction is running already: only a Controller or a Job begins one\.$"
    ):
        entrance.nest()
    assert words_in(entrance.database) == []
    entrance.write("after")


def test_sql_outside_a_transaction_is_refused_with_a_sentence() -> None:
    with pytest.raises(TransactionError, match=r"No transaction is running: only a @transactional"):
        current_session()


def test_holding_back_outside_a_transaction_is_refused() -> None:
    with pytest.raises(TransactionError, match="No transaction is running"):
        after_commit(print)


def test_a_method_without_sql_takes_no_connection(entrance: Entrance) -> None:
    taken: list[object] = []
    event.listen(entrance.database.engine, "checkout", lambda *arguments: taken.append(arguments))
    entrance.say("hello")
    assert (taken, entrance.committed) == ([], ["hello"])


def test_a_method_without_sql_works_while_the_database_is_gone() -> None:
    entrance = Entrance(Database(Settings(database_url="mysql+pymysql://root@localhost/x?unix_socket=/nowhere.sock")))
    entrance.say("hello")
    assert entrance.committed == ["hello"]


def test_a_connection_goes_back_whatever_happens(entrance: Entrance) -> None:
    entrance.write("one")
    with pytest.raises(KeyError):
        entrance.write("two", fail=KeyError())
    assert entrance.database.engine.pool.status().endswith("Current Checked out connections: 0")


def test_held_back_calls_are_made_after_the_commit_in_their_order(entrance: Entrance) -> None:
    seen: list[list[str]] = []

    def work() -> None:
        for word in ("one", "two"):
            current_session().execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
        after_commit(lambda: seen.append(words_in(entrance.database)))
        after_commit(seen.append, ["last"])
        assert seen == []

    in_transaction(entrance.database, work)
    assert seen == [["one", "two"], ["last"]]


def test_held_back_calls_of_a_rolled_back_method_are_never_made(entrance: Entrance) -> None:
    with pytest.raises(KeyError):
        entrance.write("one", fail=KeyError())
    assert entrance.committed == []


def test_a_held_back_call_that_fails_is_logged_and_stops_nobody(
    entrance: Entrance, caplog: pytest.LogCaptureFixture
) -> None:
    def work() -> str:
        after_commit(boom)
        after_commit(entrance.committed.append, "next")
        return "done"

    with caplog.at_level(logging.ERROR):
        assert in_transaction(entrance.database, work) == "done"
    assert entrance.committed == ["next"]
    assert caplog.messages == ["A call after the commit failed"]
    assert "the queue is gone" in caplog.text


def test_a_held_back_call_may_open_a_transaction_of_its_own(entrance: Entrance) -> None:
    in_transaction(entrance.database, lambda: after_commit(entrance.write, "later"))
    assert words_in(entrance.database) == ["later"]


def test_rows_stay_readable_after_the_commit(entrance: Entrance) -> None:
    assert entrance.database.session_maker.kw["expire_on_commit"] is False


def test_the_mark_for_the_audit_is_on_the_method() -> None:
    assert getattr(Entrance.write, "__transactional__", False)
    assert Entrance.write.__name__ == "write"


def test_a_read_that_was_ended_holds_no_connection(entrance: Entrance) -> None:
    def work() -> tuple[int, int]:
        current_session().execute(text("SELECT 1"))
        held = entrance.database.engine.pool.checkedout()  # type: ignore[attr-defined]  # a QueuePool
        release_connection()
        return held, entrance.database.engine.pool.checkedout()  # type: ignore[attr-defined]  # a QueuePool

    assert in_transaction(entrance.database, work) == (1, 0)


def test_what_holds_something_back_cannot_be_ended_early(entrance: Entrance) -> None:
    def work() -> None:
        entrance_session = current_session()
        entrance_session.execute(text("SELECT 1"))
        after_commit(print, "later")
        release_connection()

    with pytest.raises(TransactionError, match="cannot be committed in parts"):
        in_transaction(entrance.database, work)
