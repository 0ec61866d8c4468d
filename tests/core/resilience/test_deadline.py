"""How long a request waits for its stores, whatever it asks them."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shop.core.database.engine import Database
from shop.core.database.transaction import current_session, in_transaction
from shop.core.redis.stores import RedisStores, RedisTimeoutError
from shop.core.resilience import deadline as haste
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


@pytest.fixture(autouse=True)
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A request begins, which will wait half a second and not two."""
    monkeypatch.setattr(haste, "REQUEST_BUDGET_SECONDS", 0.5)
    monkeypatch.setattr(haste, "GRACE_SECONDS", 0.05)
    with request_deadline():
        yield


def test_what_was_waited_for_is_missing_afterwards() -> None:
    assert remaining(2.0) == 2.0
    with charge_deadline():
        time.sleep(0.2)
        with charge_deadline():
            time.sleep(0.1)
    assert 0.1 < remaining(2.0) <= 0.2


def test_what_comes_after_a_request_is_in_no_haste() -> None:
    with charge_deadline():
        time.sleep(0.6)
    with request_deadline():
        assert remaining(2.0) == 2.0
    assert remaining(2.0) == 0


def test_what_is_computed_does_not_count() -> None:
    time.sleep(0.6)
    assert remaining(2.0) == 2.0


def test_nobody_is_in_haste_whose_client_asked_to_wait() -> None:
    with charge_deadline():
        time.sleep(0.6)
    with no_deadline():
        assert (remaining(2.0), redis_allowed()) == (2.0, True)
    assert remaining(2.0) == 0


def test_redis_is_asked_while_it_was_not_what_was_waited_for() -> None:
    with charge_deadline():
        time.sleep(0.6)
    assert redis_allowed()
    charge_redis(0.1)
    assert not redis_allowed()


def test_redis_is_not_asked_by_those_who_have_waited_for_it(valkey: Valkey) -> None:
    stores = RedisStores(Settings(redis_url=valkey.url))
    charge_redis(0.6)
    pipe: Any = stores.cache.pipeline()
    for ask in (stores.cache.ping, stores.queue.ping, pipe.ping().execute):
        with pytest.raises(RedisTimeoutError, match="long enough"):
            ask()
    with request_deadline():
        assert stores.cache.ping()


@pytest.mark.usefixtures("every_tenant")
def test_statements_that_are_slow_together_end_in_time(database_url: str) -> None:
    database = Database(Settings(database_url=database_url))
    began = time.monotonic()

    def work() -> None:
        for _ in range(10):
            current_session().execute(text("SELECT SLEEP(0.2)"))

    with pytest.raises(OperationalError):
        in_transaction(database, work)

    assert time.monotonic() - began < 1.0
    with request_deadline():
        assert in_transaction(database, lambda: current_session().scalar(text("SELECT 1"))) == 1
    database.engine.dispose()


def test_an_answer_that_is_late_costs_no_connection_but_its_own(database_url: str) -> None:
    engine = Database(Settings(database_url=database_url)).engine
    mine, other = engine.connect(), engine.connect()
    number = other.scalar(text("SELECT CONNECTION_ID()"))
    other.close()

    with charge_deadline():
        time.sleep(0.2)
    with pytest.raises(OperationalError):
        mine.execute(text("SELECT SLEEP(1)"))
    mine.close()

    with request_deadline(), engine.connect() as again:
        assert again.scalar(text("SELECT CONNECTION_ID()")) == number
    engine.dispose()


@pytest.mark.usefixtures("every_tenant")
def test_what_was_begun_in_too_much_haste_is_undone(database_url: str) -> None:
    database = Database(Settings(database_url=database_url))
    with database.migration_engine().begin() as connection:
        connection.execute(text("CREATE OR REPLACE TABLE hasty (id INT PRIMARY KEY)"))

    def work() -> None:
        current_session().connection().exec_driver_sql("INSERT INTO hasty VALUES (1)")
        with charge_deadline():
            time.sleep(0.6)

    with pytest.raises(OperationalError):
        in_transaction(database, work)

    with database.migration_engine().begin() as connection:
        connection.execute(text("INSERT INTO hasty VALUES (1)"))
        connection.execute(text("DROP TABLE hasty"))
    database.engine.dispose()
