"""What a purchase costs the stores once everything is warm."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile

import pytest
from sqlalchemy import event

from tests.purchase.indoors import Indoors
from tests.support.valkey import Valkey


@contextmanager
def counted_sql(indoors: Indoors) -> Iterator[list[str]]:
    """The statements that are sent while the context lasts, and the connections that are taken for them."""
    seen: list[str] = []
    engine = indoors.database.engine

    def statement(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        seen.append(sql)

    def checkout(*_: object) -> None:
        seen.append("a connection")

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "checkout", checkout)
    yield seen
    event.remove(engine, "before_cursor_execute", statement)
    event.remove(engine, "checkout", checkout)


@contextmanager
def counted_commands(valkey: Valkey) -> Iterator[list[str]]:
    """The commands that clients send while the context lasts, as the server sees them; a script counts as one."""
    seen: list[str] = []
    with valkey.client() as client, valkey.client() as watcher:
        client.ping()  # Our own greeting is over before anybody counts.
        with watcher.monitor() as monitor:
            yield seen
            client.echo("over")
            commands = iter(monitor.next_command, None)
            for command in takewhile(lambda command: command["command"] != "ECHO over", commands):
                if command["client_type"] != "lua":
                    seen.append(command["command"])


@pytest.fixture
def item(indoors: Indoors) -> int:
    """An item that does not run out."""
    return indoors.offer(stock=1000)


def test_a_warm_purchase_costs_no_sql_and_one_round_trip(indoors: Indoors, valkey: Valkey, item: int) -> None:
    token = indoors.buyer()
    indoors.buy(item, token)

    with counted_sql(indoors) as statements, counted_commands(valkey) as commands:
        indoors.buy(item, token)

    assert statements == []
    assert len(commands) == 1, commands


def test_a_key_adds_no_sql_and_no_round_trip(indoors: Indoors, valkey: Valkey, item: int) -> None:
    token = indoors.buyer()
    indoors.buy(item, token)

    with counted_sql(indoors) as statements, counted_commands(valkey) as commands:
        first = indoors.buy(item, token, key="k")
        again = indoors.buy(item, token, key="k")

    assert first == again
    assert statements == []
    assert len(commands) == 2, commands


def test_only_the_purchase_that_wakes_the_worker_asks_for_a_job(indoors: Indoors, valkey: Valkey, item: int) -> None:
    token = indoors.buyer()
    with counted_commands(valkey) as first:
        indoors.buy(item, token)
    with counted_commands(valkey) as second:
        indoors.buy(item, token)
    indoors.drain(item)
    with counted_commands(valkey) as third:
        indoors.buy(item, token)

    assert ["RPUSH" in " ".join(commands).upper() for commands in (first, second, third)] == [True, False, True]


def test_a_cold_purchase_asks_the_database_who_buys_and_nothing_else(indoors: Indoors, item: int) -> None:
    token = indoors.buyer()
    indoors.card(item)  # the first request of a process asks for the list of tenants, too

    with counted_sql(indoors) as statements:
        indoors.buy(item, token)

    asked = [sql for sql in statements if sql.startswith(("SELECT", "INSERT", "UPDATE"))]
    assert len(asked) == 1
    assert "FROM users" in asked[0]
