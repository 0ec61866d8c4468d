"""Round trips and queries of a purchase with warm caches."""

import pytest

from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.call_recording import record_commands, record_sql
from tests.support.servers.valkey import Valkey


@pytest.fixture
def item(in_process_shop: InProcessShop) -> int:
    """Create an item with plenty of stock."""
    return in_process_shop.offer(stock=1000)


def test_a_warm_purchase_sends_no_sql_and_one_round_trip(
    in_process_shop: InProcessShop, valkey: Valkey, item: int
) -> None:
    token = in_process_shop.buyer()
    in_process_shop.buy(item, token)

    with record_sql(in_process_shop.database.engine) as statements, record_commands(valkey) as commands:
        in_process_shop.buy(item, token)

    assert statements == []
    assert len(commands) == 1, commands


def test_a_key_adds_no_sql_and_no_round_trip(in_process_shop: InProcessShop, valkey: Valkey, item: int) -> None:
    token = in_process_shop.buyer()
    in_process_shop.buy(item, token)

    with record_sql(in_process_shop.database.engine) as statements, record_commands(valkey) as commands:
        first = in_process_shop.buy(item, token, key="k")
        again = in_process_shop.buy(item, token, key="k")

    assert first == again
    assert statements == []
    assert len(commands) == 2, commands


def test_only_the_purchase_that_sets_the_wake_flag_enqueues_a_job(
    in_process_shop: InProcessShop, valkey: Valkey, item: int
) -> None:
    token = in_process_shop.buyer()
    with record_commands(valkey) as first:
        in_process_shop.buy(item, token)
    with record_commands(valkey) as second:
        in_process_shop.buy(item, token)
    in_process_shop.drain(item)
    with record_commands(valkey) as third:
        in_process_shop.buy(item, token)

    assert ["RPUSH" in " ".join(commands).upper() for commands in (first, second, third)] == [True, False, True]


def test_a_cold_purchase_reads_only_session_and_buyer_from_the_database(
    in_process_shop: InProcessShop, item: int
) -> None:
    token = in_process_shop.buyer()
    in_process_shop.read_item(item)  # The first request of a process also reads the list of tenants.

    with record_sql(in_process_shop.database.engine) as statements:
        in_process_shop.buy(item, token)

    queries = [sql for sql in statements if sql.startswith(("SELECT", "INSERT", "UPDATE"))]
    assert [sql.split("FROM ")[1].split()[0] for sql in queries][-2:] == ["sessions", "users"]
