"""Transactions: atomic, opened at the first statement, never nested."""

import pytest
from sqlalchemy import event, text

from shop.core.database.engine import Database
from shop.core.database.transaction import (
    TransactionError,
    after_commit,
    current_session,
    in_transaction,
    release_connection,
)
from shop.core.settings.settings import Settings
from tests.core.database.support.stub_job import StubJob, words_in

pytestmark = pytest.mark.usefixtures("every_tenant")


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


def test_a_connection_is_returned_after_success_and_failure(job: StubJob) -> None:
    job.write("one")
    with pytest.raises(KeyError):
        job.write("two", fail=KeyError())
    assert job.database.engine.pool.status().endswith("Current Checked out connections: 0")


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
