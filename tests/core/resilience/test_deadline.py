"""Time budget of a request for its store calls."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shop.core.database.engine import Database
from shop.core.database.transaction import current_session, in_transaction
from shop.core.redis.stores import RedisStores, RedisTimeoutError
from shop.core.resilience import deadline
from shop.core.resilience.deadline import (
    charge_deadline,
    charge_redis,
    no_deadline,
    redis_allowed,
    remaining,
    request_deadline,
)
from shop.core.settings.settings import Settings
from tests.support.servers.valkey import Valkey

LONG_SECONDS = 60.0


class ManualClock:
    """Clock of the budget, on which only `sleep` lets time pass."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture(autouse=True)
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start a request with a budget of half a second."""
    monkeypatch.setattr(deadline, "REQUEST_BUDGET_SECONDS", 0.5)
    monkeypatch.setattr(deadline, "GRACE_SECONDS", 0.05)
    with request_deadline():
        yield


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    clock = ManualClock()
    monkeypatch.setattr(deadline, "time", clock)
    return clock


def test_waiting_time_reduces_the_remaining_time(clock: ManualClock) -> None:
    assert remaining(2.0) == 2.0
    with charge_deadline():
        clock.sleep(0.2)
        with charge_deadline():
            clock.sleep(0.1)
    assert remaining(2.0) == pytest.approx(0.2)


def test_each_request_has_its_own_budget(clock: ManualClock) -> None:
    with charge_deadline():
        clock.sleep(0.6)
    with request_deadline():
        assert remaining(2.0) == 2.0
    assert remaining(2.0) == 0


def test_computing_time_does_not_count(clock: ManualClock) -> None:
    clock.sleep(0.6)
    assert remaining(2.0) == 2.0


def test_without_a_deadline_the_timeout_is_unchanged(clock: ManualClock) -> None:
    with charge_deadline():
        clock.sleep(0.6)
    with no_deadline():
        assert (remaining(2.0), redis_allowed()) == (2.0, True)
    assert remaining(2.0) == 0


def test_redis_is_allowed_until_time_was_spent_on_redis(clock: ManualClock) -> None:
    with charge_deadline():
        clock.sleep(0.6)
    assert redis_allowed()
    charge_redis(0.1)
    assert not redis_allowed()


def test_redis_calls_are_refused_after_the_budget_was_spent_on_redis(valkey: Valkey) -> None:
    stores = RedisStores(Settings(redis_url=valkey.url, redis_timeout=5.0))
    charge_redis(0.6)
    pipe: Any = stores.cache.pipeline()
    for call in (stores.cache.ping, stores.queue.ping, pipe.ping().execute):
        with pytest.raises(RedisTimeoutError, match="is spent"):
            call()
    with request_deadline():
        assert stores.cache.ping()


@pytest.mark.usefixtures("every_tenant")
def test_slow_statements_end_with_the_budget(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(Settings(database_url=database_url))
    answers = []

    def work() -> None:
        for _ in range(10):
            answers.append(current_session().scalar(text("SELECT SLEEP(0.2)")))

    with pytest.raises(OperationalError):
        in_transaction(database, work)

    # Half a second is enough for two of them.
    assert len(answers) <= 2
    monkeypatch.setattr(deadline, "REQUEST_BUDGET_SECONDS", LONG_SECONDS)
    with request_deadline():
        assert in_transaction(database, lambda: current_session().scalar(text("SELECT 1"))) == 1
    database.engine.dispose()


def test_a_late_statement_closes_only_its_own_connection(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Database(Settings(database_url=database_url)).engine
    late, idle = engine.connect(), engine.connect()
    idle_id = idle.scalar(text("SELECT CONNECTION_ID()"))
    idle.close()

    with charge_deadline():
        time.sleep(0.2)
    with pytest.raises(OperationalError):
        late.execute(text("SELECT SLEEP(1)"))
    late.close()

    monkeypatch.setattr(deadline, "REQUEST_BUDGET_SECONDS", LONG_SECONDS)
    with request_deadline(), engine.connect() as connection:
        assert connection.scalar(text("SELECT CONNECTION_ID()")) == idle_id
    engine.dispose()


@pytest.mark.usefixtures("every_tenant")
def test_a_transaction_beyond_the_budget_is_rolled_back(database_url: str) -> None:
    database = Database(Settings(database_url=database_url))
    with database.migration_engine().begin() as connection:
        connection.execute(text("CREATE OR REPLACE TABLE rolled_back_rows (id INT PRIMARY KEY)"))

    def work() -> None:
        current_session().connection().exec_driver_sql("INSERT INTO rolled_back_rows VALUES (1)")
        with charge_deadline():
            time.sleep(0.6)

    with pytest.raises(OperationalError):
        in_transaction(database, work)

    with database.migration_engine().begin() as connection:
        connection.execute(text("INSERT INTO rolled_back_rows VALUES (1)"))
        connection.execute(text("DROP TABLE rolled_back_rows"))
    database.engine.dispose()
