"""Replays of transactions on a real MariaDB."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from shop.core.database.engine import Database
from shop.core.database.transaction import REPLAYS, after_commit, current_session, in_transaction
from shop.core.settings.settings import Settings
from shop.core.tenant import all_tenants
from tests.core.database.support.counters import RAISE, prepare, raise_counter, values

pytestmark = pytest.mark.usefixtures("every_tenant")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(Settings(database_url=database_url))
    prepare(database)
    yield database
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE test_counters"))
    database.engine.dispose()


class Work:
    """Work of a transaction with one call for each attempt."""

    def __init__(self, *attempts: Callable[[], object]) -> None:
        self.attempts, self.count = attempts, 0

    def __call__(self) -> int:
        self.count += 1
        self.attempts[min(self.count, len(self.attempts)) - 1]()
        return self.count


def in_turn(*steps: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for step in steps:
            step()

    return run


def kill_connection_of(session: Session) -> None:
    """Have the server close a session's connection, as after a restart."""
    number = session.scalar(text("SELECT CONNECTION_ID()"))
    with session.get_bind().engine.connect() as other:
        other.execute(text(f"KILL {number}"))


def signal(number: int) -> Callable[[], None]:
    def fail() -> None:
        raise_counter(1)
        current_session().execute(text(f"SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = 'x'"))

    return fail


def test_the_victim_of_a_real_deadlock_is_replayed(database: Database) -> None:
    both_locked_first = Barrier(2, timeout=5)
    committed: list[int] = []

    def cross(first: int, second: int) -> int:
        def attempt() -> None:
            raise_counter(first)
            if work.count == 1:
                both_locked_first.wait()
            raise_counter(second)
            after_commit(committed.append, first)

        work = Work(attempt)
        with all_tenants():
            return in_transaction(database, work)

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(cross, *order) for order in ((1, 2), (2, 1))]
    assert sorted(future.result() for future in futures) == [1, 2]
    assert values(database) == [2, 2]
    assert sorted(committed) == [1, 2]


def test_a_transaction_is_replayed_after_a_lock_timeout(database: Database) -> None:
    with database.engine.connect() as holder:
        holder.execute(RAISE, {"id": 1})
        work = Work(lambda: raise_counter(1), in_turn(holder.rollback, lambda: raise_counter(1)))
        assert in_transaction(database, work) == 2
    assert values(database) == [1, 0]


def test_the_lock_timeout_is_shorter_than_the_read_timeout(database: Database) -> None:
    # With equal time-outs, either a lock time-out or a lost connection would be reported, by chance.
    with database.engine.connect() as connection:
        seconds = connection.scalar(text("SELECT @@innodb_lock_wait_timeout"))
        reads: Any = connection.connection.driver_connection
        assert seconds + 1 <= reads._read_timeout == 2


def test_a_deadlock_is_raised_after_three_replays(database: Database) -> None:
    work = Work(signal(1213))
    with pytest.raises(OperationalError, match="1213"):
        in_transaction(database, work)
    assert work.count == REPLAYS + 1 == 4
    assert values(database) == [0, 0]


@pytest.mark.parametrize("number", [1020, 1040, 3024])
def test_another_error_of_the_database_is_not_replayed(database: Database, number: int) -> None:
    work = Work(signal(number))
    with pytest.raises(OperationalError, match=str(number)):
        in_transaction(database, work)
    assert work.count == 1


def test_an_integrity_error_is_not_replayed(database: Database) -> None:
    work = Work(lambda: current_session().execute(text("INSERT INTO test_counters VALUES (1, 0)")))
    with pytest.raises(IntegrityError):
        in_transaction(database, work)
    assert work.count == 1


def test_a_connection_lost_before_the_commit_is_replayed(database: Database) -> None:
    def lose() -> None:
        raise_counter(1)
        kill_connection_of(current_session())
        raise_counter(2)

    assert in_transaction(database, Work(lose, lambda: raise_counter(1))) == 2
    assert values(database) == [1, 0]


def test_a_commit_that_lost_its_connection_is_not_replayed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def commit_and_lose(session: Session) -> None:
        kill_connection_of(session)
        commit(session)

    commit = Session.commit
    monkeypatch.setattr(Session, "commit", commit_and_lose)
    committed: list[str] = []
    work = Work(in_turn(lambda: raise_counter(1), lambda: after_commit(committed.append, "committed")))
    with pytest.raises(OperationalError, match=r"\((2006|2013),"):
        in_transaction(database, work)
    assert (work.count, committed) == (1, [])


def test_a_replay_drops_the_hooks_of_the_first_attempt(database: Database) -> None:
    committed: list[str] = []
    first = in_turn(lambda: after_commit(committed.append, "first"), signal(1213))
    work = Work(first, lambda: after_commit(committed.append, "second"))
    in_transaction(database, work)
    assert committed == ["second"]
