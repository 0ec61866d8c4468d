"""Exchange of joined commands and responses: refusals, lost connections, late responses, forks."""

import os
from collections.abc import Callable
from contextlib import suppress
from threading import Event

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import DataError
from redis.retry import Retry

from shop.core.redis.direct_client import DirectRedis
from shop.core.redis.stores import RedisConnectionError, RedisError, RedisStores, RedisTimeoutError, ResponseError
from shop.core.settings.settings import Settings
from tests.core.redis.scripted_server import Script, scripted_server
from tests.support.servers.valkey import Valkey

ONE_AND_TWO = [("ECHO", "one"), ("ECHO", "two")]
REFUSALS = [
    "ERR unknown command",
    "ERR invalid password",
    "ERR max number of clients reached",
    "NOSCRIPT No matching script.",
    "OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY You can't write against a read only replica.",
    "LOADING The server is loading the dataset in memory",
    "NOPERM this user has no permissions",
    "NOAUTH Authentication required.",
    "WRONGPASS invalid username-password pair",
    "MASTERDOWN Link with MASTER is down",
    "EXECABORT Transaction discarded",
    "MOVED 3999 127.0.0.1:6381",
    "CLUSTERDOWN The cluster is down",
    "TRYAGAIN Multiple keys request during rehashing of slot",
    "CROSSSLOT Keys in request don't hash to the same slot",
    "WRONGTYPE Operation against a key holding the wrong kind of value",
    "MISCONF Errors writing to the AOF file",
    "BUSY Redis is busy running a script.",
]


def client_of(address: str, seconds: float = 2.0) -> DirectRedis:
    client = RedisStores(Settings(redis_url=address, redis_timeout=seconds)).cache
    assert isinstance(client, DirectRedis)
    return client


def error_of(call: Callable[[], object]) -> tuple[type, str]:
    with pytest.raises(RedisError) as raised:
        call()
    return raised.type, str(raised.value)


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_the_error_of_redis_py(text: str) -> None:
    reply = f"-{text}\r\n".encode()
    with scripted_server([reply], [reply], [b"+one\r\n" + reply]) as address:
        plain = Redis.from_url(address, protocol=2, driver_info=None, retry=Retry(NoBackoff(), 0))
        expected = error_of(lambda: plain.get("name"))
        assert error_of(lambda: client_of(address).get("name")) == expected
        assert error_of(lambda: client_of(address).execute_all(ONE_AND_TWO)) == expected


def test_a_refused_command_neither_stops_nor_shifts_the_others(valkey: Valkey) -> None:
    client = client_of(valkey.url)
    client.set("text", "value")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        client.execute_all([("SET", "first", "1"), ("HGETALL", "text"), ("SET", "last", "1")])
    assert client.execute_all([("GET", "first"), ("GET", "last"), ("ECHO", "next")]) == ["1", "1", "next"]


def test_joined_commands_have_the_results_of_single_ones(valkey: Valkey) -> None:
    client = client_of(valkey.url)
    client.hset("hash", mapping={"a": "1", "b": "é"})
    client.xadd("stream", {"r": "x"}, id="1-1")
    commands = [("HGETALL", "hash"), ("HMGET", "hash", "a", "c"), ("XRANGE", "stream", "-", "+"), ("GET", "none")]
    results = client.execute_all(commands)
    assert results == [client.execute_command(*command) for command in commands]
    assert results == [{"a": "1", "b": "é"}, ["1", None], [("1-1", {"r": "x"})], None]


def test_a_name_in_two_words_and_a_value_of_another_type(valkey: Valkey) -> None:
    client = client_of(valkey.url)
    assert client.config_get("port") == {"port": "0"}
    with pytest.raises(DataError):
        client.execute_command("SET", "name", object())
    assert client.echo("next") == "next"


@pytest.mark.parametrize("lost", [[b"+one\r\n"], [b"+one\r\n$3\r\nt"], []], ids=["between", "within", "before"])
def test_a_lost_connection_is_an_error_and_the_next_command_has_a_new_one(lost: Script) -> None:
    with scripted_server(lost, [b"+next\r\n"]) as address:
        client = client_of(address)
        with pytest.raises(RedisConnectionError):
            client.execute_all(ONE_AND_TWO)
        assert client.echo("next") == "next"


@pytest.mark.parametrize("begun", [[b"+one\r\n"], [b"+one\r\n$3\r\nt"], []], ids=["between", "within", "before"])
def test_a_response_after_the_time_out_is_never_read(begun: Script) -> None:
    released = Event()
    late = [*begun, released, b"wo\r\n+old\r\n+old\r\n"]
    with scripted_server(late, [b"+next\r\n", Event()]) as address:
        client = client_of(address, 0.1)
        with pytest.raises(RedisTimeoutError):
            client.execute_all(ONE_AND_TWO)
        released.set()
        assert client.echo("next") == "next"


def test_responses_after_a_damaged_one_are_never_read() -> None:
    with scripted_server([b"+text\r\n+old\r\n", Event()], [b"+next\r\n"]) as address:
        client = client_of(address)
        with pytest.raises(ValueError, match="invalid literal"):
            client.execute_all([("TIME",), ("ECHO", "two")])
        assert client.echo("next") == "next"


def test_joined_commands_are_not_repeated(make_valkey: Callable[[], Valkey]) -> None:
    server = make_valkey()
    client = client_of(server.url, 0.2)
    client.set("count", 0)
    server.freeze()
    with pytest.raises(RedisTimeoutError):
        client.execute_all([("INCR", "count"), ("INCR", "count")])
    server.thaw()
    assert client_of(server.url).get("count") == "2"


def test_a_forked_process_has_connections_of_its_own(valkey: Valkey) -> None:
    client = client_of(valkey.url)
    parent = client.client_id()
    reader, writer = os.pipe()
    if not (child := os.fork()):
        with suppress(Exception):
            os.write(writer, str(client.client_id()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as output:
        assert output.read() not in {"", str(parent)}
    assert client.client_id() == parent


@pytest.mark.parametrize("query", ["protocol=3", "health_check_interval=1", "db=3"])
def test_options_of_the_address_are_those_of_redis_py(valkey: Valkey, query: str) -> None:
    client = client_of(f"{valkey.url}?{query}")
    assert client.execute_all([("HSET", "hash", "a", "1"), ("HGETALL", "hash")])[1] == {"a": "1"}
    assert client.hgetall("hash") == {"a": "1"}


def test_a_user_signs_in_on_each_connection(make_valkey: Callable[[], Valkey]) -> None:
    server = make_valkey()
    admin = server.client()
    admin.acl_setuser("web", enabled=True, passwords=["+secret"], commands=["+@all"], keys=["*"])
    admin.acl_setuser("default", enabled=False)
    named = server.url.replace("unix://", "unix://web:secret@")
    assert client_of(named).acl_whoami() == "web"
    assert error_of(client_of(server.url).ping)[0] is error_of(client_of(server.url).client_id)[0]
    with pytest.raises(RedisError, match="Authentication required"):
        client_of(server.url).ping()
