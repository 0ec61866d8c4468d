"""Faults of the chaos proxy."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.chaos.harness.proxy import Proxy
from tests.support.folders import remove_folder, short_folder
from tests.support.servers.valkey import Valkey


@pytest.fixture
def proxy(valkey: Valkey) -> Iterator[Proxy]:
    """A proxy in front of this test worker's Valkey."""
    folder = short_folder()
    with Proxy(valkey.socket, folder / "proxy.sock") as proxy:
        yield proxy
    remove_folder(folder)


@pytest.fixture
def client(proxy: Proxy) -> redis.Redis:
    """A client without retries."""
    return redis.Redis.from_url(proxy.url, socket_timeout=2.0, retry=Retry(NoBackoff(), 0), decode_responses=True)


def test_the_proxy_forwards_traffic(client: redis.Redis) -> None:
    assert client.set("name", "x" * 200_000)
    assert len(str(client.get("name"))) == 200_000


def test_a_command_with_a_lost_reply_is_executed(proxy: Proxy, client: redis.Redis) -> None:
    proxy.lose_reply(b"INCR")
    client.set("other", "1")

    with pytest.raises(redis.ConnectionError):
        client.incr("count")

    assert (client.get("count"), proxy.lost_replies) == ("1", 1)
    assert client.incr("count") == 2


def test_a_cut_ends_open_connections(proxy: Proxy, client: redis.Redis) -> None:
    connection: Any = client.connection_pool.get_connection()
    connection.send_command("PING")
    connection.read_response()

    proxy.cut()

    with pytest.raises(redis.ConnectionError):
        connection.read_response()
    assert client.ping()


def test_the_proxy_refuses_connections_until_healed(proxy: Proxy, client: redis.Redis) -> None:
    proxy.refuse(refusing=True)
    with pytest.raises(redis.ConnectionError):
        client.ping()

    proxy.refuse(refusing=False)

    assert client.ping()


def test_a_delay_exceeds_the_client_timeout(proxy: Proxy) -> None:
    impatient_client = redis.Redis.from_url(proxy.url, socket_timeout=0.1, retry=Retry(NoBackoff(), 0))
    assert impatient_client.ping()

    proxy.delay(1.0)
    with pytest.raises(redis.TimeoutError):
        impatient_client.ping()

    proxy.delay(0)
    assert impatient_client.ping()


def test_without_a_server_no_connection_succeeds(proxy: Proxy, client: redis.Redis) -> None:
    proxy.server = proxy.server.with_name("absent.sock")

    with pytest.raises(redis.ConnectionError):
        client.ping()
