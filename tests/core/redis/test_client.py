"""Redis client with the shorter code path for single commands."""

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis.exceptions import ResponseError

from shop.core.redis.client import MonitoredRedis
from shop.core.redis.direct_client import DirectRedis
from shop.core.redis.stores import RedisConnectionError, RedisStores, RedisTimeoutError, WatchError, watch_keys
from shop.core.settings.settings import Settings
from tests.support.servers.valkey import Valkey


def client_of(server: Valkey) -> DirectRedis:
    client = RedisStores(Settings(redis_url=server.url)).cache
    assert isinstance(client, DirectRedis)
    return client


def connections_of(client: DirectRedis) -> int:
    return int(client.info("clients")["connected_clients"])


def test_responses_have_the_types_of_redis_py(valkey: Valkey) -> None:
    client = client_of(valkey)
    assert client.set("name", "value") is True
    assert client.get("name") == "value"
    assert client.hset("hash", mapping={"a": 1}) == 1
    assert client.hgetall("hash") == {"a": "1"}
    assert list(client.scan_iter("h*")) == ["hash"]


def test_one_thread_uses_one_connection(valkey: Valkey) -> None:
    client = client_of(valkey)
    before = connections_of(client)
    for _ in range(20):
        client.ping()
    assert connections_of(client) == before


def test_threads_never_read_responses_of_other_threads(valkey: Valkey) -> None:
    client = client_of(valkey)
    gc.collect()
    before = connections_of(client)

    def echo(number: int) -> bool:
        return bool(client.echo(str(number)) == str(number))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(echo, range(2000)))
    gc.collect()
    assert connections_of(client) < before + 10


def test_a_refused_command_keeps_its_connection(valkey: Valkey) -> None:
    client = client_of(valkey)
    client.set("text", "value")
    with pytest.raises(ResponseError):
        client.incr("text")
    assert client.get("text") == "value"


def test_the_first_command_after_a_restart_reconnects(make_valkey: Callable[[], Valkey]) -> None:
    server = make_valkey()
    client = client_of(server)
    client.set("name", "value")
    server.kill()
    with pytest.raises(RedisConnectionError):
        client.get("name")
    server.start()
    assert client.get("name") == "value"
    server.kill()
    server.start()
    assert client.get("name") == "value"


def test_a_late_response_is_discarded(make_valkey: Callable[[], Valkey]) -> None:
    server = make_valkey()
    client = client_of(server)
    client.set("name", "early")
    server.freeze()
    with pytest.raises(RedisTimeoutError):
        client.get("name")
    server.thaw()
    assert client.echo("now") == "now"


def test_a_command_is_not_repeated(make_valkey: Callable[[], Valkey]) -> None:
    server = make_valkey()
    client = client_of(server)
    client.set("count", 0)
    server.freeze()
    with pytest.raises(RedisTimeoutError):
        client.incr("count")
    server.thaw()
    assert client.get("count") == "1"


def test_a_pipeline_is_not_repeated(make_valkey: Callable[[], Valkey]) -> None:
    # Pipelines use another code path of redis-py, with retries of its own.
    server = make_valkey()
    client = client_of(server)
    client.pipeline().set("count", 0).execute()
    server.freeze()
    with pytest.raises(RedisTimeoutError):
        client.pipeline().incr("count").incr("count").execute()
    server.thaw()
    assert client.get("count") == "2"


def test_a_change_of_a_watched_key_stops_the_transaction(valkey: Valkey) -> None:
    client = client_of(valkey)

    def write_after_a_change() -> None:
        with watch_keys(client, "name") as pipe:
            client.set("name", "theirs")
            pipe.multi()
            pipe.set("name", "ours")
            pipe.execute()

    with pytest.raises(WatchError):
        write_after_a_change()
    assert client.get("name") == "theirs"


@pytest.mark.parametrize("in_multi", [False, True])
def test_a_broken_connection_of_a_watch_is_not_a_change(valkey: Valkey, in_multi: bool) -> None:
    def write_after_a_disconnect() -> None:
        with watch_keys(client_of(valkey), "name") as pipe:
            valkey.client().client_kill_filter(_type="normal", skipme=True)
            if in_multi:
                pipe.multi()
            pipe.set("name", "ours")
            pipe.execute()

    with pytest.raises(RedisConnectionError):
        write_after_a_disconnect()


def test_an_ended_watch_does_not_affect_the_next(valkey: Valkey) -> None:
    client = client_of(valkey)
    with watch_keys(client, "name"):
        client.set("name", "changed")
    with watch_keys(client, "other") as pipe:
        pipe.multi()
        pipe.set("other", "ours")
        assert pipe.execute() == [True]


def test_a_client_without_a_monitor_works_as_one_of_redis_py(valkey: Valkey) -> None:
    client = MonitoredRedis.from_url(valkey.url)
    assert client.set("name", "value") is True
    assert client.get("name") == b"value"


def test_a_server_that_is_down_is_not_called(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(valkey)
    client.set("count", 1)
    monkeypatch.setattr(client.store_monitor, "down", ConnectionError("frozen"))
    with pytest.raises(RedisConnectionError, match="is away: frozen"):
        client.incr("count")
    monkeypatch.undo()
    assert client.get("count") == "1"
