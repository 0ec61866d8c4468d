"""Hooks of a transaction: after its commit, in order, never after a rollback."""

import logging

import pytest
from sqlalchemy import text

from shop.core.database.transaction import (
    after_commit,
    current_session,
    in_transaction,
)
from tests.core.database.support.stub_job import StubJob, words_in

pytestmark = pytest.mark.usefixtures("every_tenant")


def fail_hook() -> None:
    raise ValueError("the queue is gone")


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
