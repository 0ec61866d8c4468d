"""Redis servers that answer PING and refuse writes: /readyz, doctor and the breaker notice them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from shop.app import create_app
from shop.core.database.engine import Database
from shop.core.operations.store_check import StoreCheck
from shop.core.rate_limiting.limiter import RateLimiter
from shop.core.redis.stores import RedisStores
from shop.core.redis.write_probe import describe_refusal, probe_writes
from shop.core.settings.settings import Settings
from tests.support.polling import Eventually
from tests.support.servers.databases import migrate_database
from tests.support.servers.valkey import Valkey

Refuse = Callable[[Any], None]


def become_replica(client: Any) -> None:
    client.execute_command("REPLICAOF", "127.0.0.1", "1")


def demand_replicas(client: Any) -> None:
    client.config_set("min-replicas-to-write", 1)


def fill_memory(client: Any) -> None:
    client.config_set("maxmemory", 1)


def deny_writes(client: Any) -> None:
    client.execute_command("ACL", "SETUSER", "default", "-@write")


def deny_scripts(client: Any) -> None:
    client.execute_command("ACL", "SETUSER", "default", "-@scripting")


def deny_stock_keys(client: Any) -> None:
    client.execute_command("ACL", "SETUSER", "default", "resetkeys", "~cache:*")


def fail_to_save(client: Any) -> None:
    client.config_set("stop-writes-on-bgsave-error", "yes")
    # A folder in the place of the file.
    (Path(client.config_get("dir")["dir"]) / "dump.rdb" / "full").mkdir(parents=True)
    client.config_set("save", "3600 1")
    client.bgsave()
    for _ in range(100):
        if client.info("persistence")["rdb_last_bgsave_status"] == "err":
            return
        time.sleep(0.05)


REFUSALS: dict[Refuse, str] = {
    become_replica: "it is a read-only replica",
    demand_replicas: "fewer replicas are connected",
    fill_memory: "its memory is full",
    deny_writes: "its user may not run",
    deny_scripts: "its user may not run",
    deny_stock_keys: "its user may not run",
}


@pytest.fixture
def refusing(make_valkey: Callable[[], Valkey]) -> Callable[[Refuse], Valkey]:
    """Return a factory of servers that refuse writes."""

    def start(refuse: Refuse) -> Valkey:
        valkey = make_valkey()
        with valkey.client() as client:
            refuse(client)
        return valkey

    return start


def make_settings(folder: Path, address: str) -> Settings:
    return Settings(var=str(folder), redis_url=address)


def read_readiness(settings: Settings) -> tuple[int, dict[str, Any], float]:
    app = create_app(settings)
    migrate_database(app.extensions["shop"].get(Database).engine)
    client = app.test_client()
    client.get("/readyz")  # connects
    began = time.monotonic()
    response = client.get("/readyz")
    return response.status_code, response.get_json()["data"], time.monotonic() - began


@pytest.mark.parametrize("refuse", REFUSALS)
def test_a_server_that_refuses_writes_is_degraded(
    refusing: Callable[[Refuse], Valkey], tmp_path: Path, refuse: Refuse
) -> None:
    status, data, seconds = read_readiness(make_settings(tmp_path, refusing(refuse).url))
    assert (status, data["redis"], data["database"]) == (200, "degraded", "ok")
    assert seconds < 1


def test_a_server_that_delays_writes_is_degraded_soon(
    make_valkey: Callable[[], Valkey], tmp_path: Path, eventually: Eventually
) -> None:
    valkey = make_valkey()
    app = create_app(make_settings(tmp_path, valkey.url))
    with valkey.client() as client:
        client.execute_command("CLIENT", "PAUSE", 20_000, "WRITE")
    # The write is late at first, and down when it timed out; PING is answered all the time.
    eventually(lambda: app.test_client().get("/readyz").get_json()["data"]["redis"] == "degraded")


def test_a_server_that_takes_writes_is_ok_and_keeps_no_key(valkey: Valkey, tmp_path: Path) -> None:
    assert read_readiness(make_settings(tmp_path, valkey.url))[1]["redis"] == "ok"
    with valkey.client() as client:
        assert all(0 < client.pttl(name) <= 1000 for name in client.keys("*probe*"))


def test_one_refusing_stock_server_is_enough(
    refusing: Callable[[Refuse], Valkey], valkey: Valkey, tmp_path: Path
) -> None:
    settings = Settings(
        var=str(tmp_path), redis_url=valkey.url, stock_redis_urls=(valkey.url, refusing(become_replica).url)
    )
    assert read_readiness(settings)[1]["redis"] == "degraded"


@pytest.mark.parametrize("refuse", [*REFUSALS, fail_to_save])
def test_doctor_names_the_cause(refusing: Callable[[Refuse], Valkey], tmp_path: Path, refuse: Refuse) -> None:
    settings = make_settings(tmp_path, refusing(refuse).url)
    database = Database(settings)
    migrate_database(database.engine)
    results = list(StoreCheck(database, RedisStores(settings)).run("0"))
    sentences = [result.sentence for result in results if not result.ok and "nothing can be sold" in result.sentence]
    assert len(sentences) == 1
    assert REFUSALS.get(refuse, "its last save or append to the disk failed") in sentences[0]


def test_doctor_approves_a_server_that_takes_writes(valkey: Valkey, tmp_path: Path) -> None:
    settings = make_settings(tmp_path, valkey.url)
    database = Database(settings)
    migrate_database(database.engine)
    assert any(
        result.ok and "takes writes" in result.sentence
        for result in StoreCheck(database, RedisStores(settings)).run("0")
    )


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (redis.exceptions.BusyLoadingError("Redis is loading the dataset in memory"), "it is loading its data"),
        (redis.ResponseError("BUSY Redis is busy running a script."), "a script runs for too long"),
        (redis.ResponseError("MASTERDOWN Link with MASTER is down"), "it is a replica without a master"),
        (redis.ResponseError("something new"), "something new"),
    ],
)
def test_other_refusals_are_described(error: redis.RedisError, cause: str) -> None:
    assert describe_refusal(error).startswith(cause)


def test_the_breaker_of_the_limits_stays_open_while_writes_are_refused(
    refusing: Callable[[Refuse], Valkey], tmp_path: Path
) -> None:
    container = create_app(make_settings(tmp_path, refusing(become_replica).url)).extensions["shop"]
    with pytest.raises(redis.RedisError):
        container.get(RateLimiter)._probe()
    with pytest.raises(redis.RedisError):
        probe_writes(container.get(RedisStores).cache)
