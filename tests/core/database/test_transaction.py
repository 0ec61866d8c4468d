"""Transactions: atomic, opened at the first statement, never nested."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import event, text

from shop.core.database.engine import Database, DatabaseUnavailable
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
class StubJob:
    """Stand-in for a Controller or a Job."""

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
    def register_hooks(self, *words: str) -> None:
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
def job(database: Database) -> StubJob:
    return StubJob(database)


def words_in(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.scalars(text("SELECT word FROM words")))


def fail_hook() -> None:
    raise ValueError("the queue is gone")


def test_a_method_that_returns_is_committed(job: StubJob) -> None:
    assert job.write("one") == "one"
    assert words_in(job.database) == ["one"]


def test_a_method_that_raises_is_rolled_back_and_its_error_is_raised(job: StubJob) -> None:
    with pytest.raises(ValueError, match="no"):
        job.write("one", fail=ValueError("no"))
    assert words_in(job.database) == []


def test_the_next_transaction_starts_afresh(job: StubJob) -> None:
    with pytest.raises(KeyError):
        job.write("one", fail=KeyError())
    job.write("two")
    assert words_in(job.database) == ["two"]


def test_a_transaction_inside_another_is_refused(job: StubJob) -> None:
    with pytest.raises(
        TransactionError, match=r"A transaction is running already: only a Controller or a Job begins one\.$"
    ):
        job.nest()
    assert words_in(job.database) == []
    job.write("after")


def test_sql_outside_a_transaction_is_refused() -> None:
    with pytest.raises(TransactionError, match=r"No transaction is running: only a @transactional"):
        current_session()


def test_registering_a_hook_outside_a_transaction_is_refused() -> None:
    with pytest.raises(TransactionError, match="No transaction is running"):
        after_commit(print)


def test_a_method_without_sql_takes_no_connection(job: StubJob) -> None:
    taken: list[object] = []
    event.listen(job.database.engine, "checkout", lambda *arguments: taken.append(arguments))
    job.register_hooks("hello")
    assert (taken, job.committed) == ([], ["hello"])


def test_a_method_without_sql_works_while_the_database_is_down() -> None:
    job = StubJob(Database(Settings(database_url="mysql+pymysql://root@localhost/x?unix_socket=/nowhere.sock")))
    job.register_hooks("hello")
    assert job.committed == ["hello"]


def test_no_session_is_opened_while_the_database_is_known_to_be_down(
    job: StubJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(database: Database) -> None:
        assert database is job.database
        raise DatabaseUnavailable(ConnectionError("frozen"))

    monkeypatch.setattr(Database, "require_available", refuse)
    with pytest.raises(DatabaseUnavailable):
        job.write("one")
    monkeypatch.undo()
    assert words_in(job.database) == []


def test_a_connection_is_returned_after_success_and_failure(job: StubJob) -> None:
    job.write("one")
    with pytest.raises(KeyError):
        job.write("two", fail=KeyError())
    assert job.database.engine.pool.status().endswith("Current Checked out connections: 0")


def test_hooks_run_in_order_after_the_commit(job: StubJob) -> None:
    seen: list[list[str]] = []

    def work() -> None:
        for word in ("one", "two"):
            current_session().execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
        after_commit(lambda: seen.append(words_in(job.database)))
        after_commit(seen.append, ["last"])
        assert seen == []

    in_transaction(job.database, work)
    assert seen == [["one", "two"], ["last"]]


def test_hooks_of_a_rolled_back_method_never_run(job: StubJob) -> None:
    with pytest.raises(KeyError):
        job.write("one", fail=KeyError())
    assert job.committed == []


def test_a_failed_hook_is_logged_and_the_next_one_runs(job: StubJob, caplog: pytest.LogCaptureFixture) -> None:
    def work() -> str:
        after_commit(fail_hook)
        after_commit(job.committed.append, "next")
        return "done"

    with caplog.at_level(logging.ERROR):
        assert in_transaction(job.database, work) == "done"
    assert job.committed == ["next"]
    assert caplog.messages == ["A call after the commit failed"]
    assert "the queue is gone" in caplog.text


def test_a_hook_may_open_its_own_transaction(job: StubJob) -> None:
    in_transaction(job.database, lambda: after_commit(job.write, "later"))
    assert words_in(job.database) == ["later"]


def test_rows_stay_readable_after_the_commit(job: StubJob) -> None:
    assert job.database.session_maker.kw["expire_on_commit"] is False


def test_a_transactional_method_is_marked_for_the_architecture_check() -> None:
    assert getattr(StubJob.write, "__transactional__", False)
    assert StubJob.write.__name__ == "write"


def test_a_released_connection_returns_to_the_pool(job: StubJob) -> None:
    def work() -> tuple[int, int]:
        current_session().execute(text("SELECT 1"))
        held = job.database.engine.pool.checkedout()  # type: ignore[attr-defined]  # a QueuePool
        release_connection()
        return held, job.database.engine.pool.checkedout()  # type: ignore[attr-defined]  # a QueuePool

    assert in_transaction(job.database, work) == (1, 0)


def test_a_transaction_with_hooks_cannot_release_its_connection(job: StubJob) -> None:
    def work() -> None:
        session = current_session()
        session.execute(text("SELECT 1"))
        after_commit(print, "later")
        release_connection()

    with pytest.raises(TransactionError, match="cannot be committed in parts"):
        in_transaction(job.database, work)
