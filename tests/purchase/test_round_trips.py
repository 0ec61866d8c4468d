"""What a purchase costs the stores once everything is warm."""

import pytest

from tests.purchase.support.in_process_shop import Indoors
from tests.support.call_recording import counted_commands, counted_sql
from tests.support.servers.valkey import Valkey


@pytest.fixture
def item(indoors: Indoors) -> int:
    """An item that does not run out."""
    return indoors.offer(stock=1000)


def test_a_warm_purchase_costs_no_sql_and_one_round_trip(indoors: Indoors, valkey: Valkey, item: int) -> None:
    token = indoors.buyer()
    indoors.buy(item, token)

    with counted_sql(indoors.database.engine) as statements, counted_commands(valkey) as commands:
        indoors.buy(item, token)

    assert statements == []
    assert len(commands) == 1, commands


def test_a_key_adds_no_sql_and_no_round_trip(indoors: Indoors, valkey: Valkey, item: int) -> None:
    token = indoors.buyer()
    indoors.buy(item, token)

    with counted_sql(indoors.database.engine) as statements, counted_commands(valkey) as commands:
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


def test_a_cold_purchase_asks_the_database_for_session_and_buyer_and_nothing_else(indoors: Indoors, item: int) -> None:
    token = indoors.buyer()
    indoors.card(item)  # the first request of a process asks for the list of tenants, too

    with counted_sql(indoors.database.engine) as statements:
        indoors.buy(item, token)

    asked = [sql for sql in statements if sql.startswith(("SELECT", "INSERT", "UPDATE"))]
    assert [sql.split("FROM ")[1].split()[0] for sql in asked][-2:] == ["sessions", "users"]
