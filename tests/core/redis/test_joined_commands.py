"""Gates of many items: one pipeline per server, counted as one round trip."""

from pathlib import Path

import pytest

from shop.cache_managers.stock.gate import Gate
from shop.core.metrics.metrics import Metrics
from shop.core.redis.stores import RedisStores
from shop.core.settings.settings import Settings
from shop.core.trace import in_job
from tests.support.servers.valkey import Valkey

ITEMS = [(1, item) for item in range(1, 16)]


def gate_of(directory: Path, *stock_servers: Valkey, cache: Valkey) -> Gate:
    settings = Settings(
        redis_url=cache.url, stock_redis_urls=tuple(server.url for server in stock_servers), var=str(directory)
    )
    return Gate(RedisStores(settings), Metrics(settings))


def count_round_trips(gate: Gate, items: list[tuple[int, int]]) -> int:
    with in_job("job", {}) as trace:
        gate.states(items)
    return trace.redis


@pytest.mark.parametrize("count", [1, 15])
def test_gates_of_one_server_are_read_in_one_counted_round_trip(valkey: Valkey, tmp_path: Path, count: int) -> None:
    assert count_round_trips(gate_of(tmp_path, cache=valkey), ITEMS[:count]) == 1


def test_gates_of_two_servers_are_read_in_two_counted_round_trips(valkey: Valkey, tmp_path: Path) -> None:
    # Two clients of one server stand for two servers: commands are joined by client.
    gate = gate_of(tmp_path, valkey, valkey, cache=valkey)
    assert count_round_trips(gate, ITEMS) == 2


def test_the_gates_come_in_the_order_of_the_items(valkey: Valkey, tmp_path: Path) -> None:
    gate = gate_of(tmp_path, valkey, valkey, cache=valkey)
    for _, item in ITEMS:
        number = gate.partition(1, item)
        name = gate.item(partition=f"{number:02}", tenant=1, item=item)
        gate.stores.stock(number).hset(name, "avail", str(item))

    assert [gate_fields["avail"] for gate_fields in gate.states(ITEMS)] == [str(item) for _, item in ITEMS]
