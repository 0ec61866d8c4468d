"""Tests of the attribution of Redis commands to the calling layer."""

from pathlib import Path
from typing import Any

import pytest

from shop.architecture.table import STRUCTURES
from shop.cache_managers.session import SessionCacheManager
from shop.container import Container
from shop.core.jobs.queue import JobQueue
from shop.core.redis.stores import RedisStores
from shop.core.settings.settings import Settings
from tests.architecture.samples.units import function_in

CALL = "def speak(call):\n    return call()\n"


def test_a_redis_command_of_any_other_structure_is_reported(redis_url: str, origin_findings: Any) -> None:
    stores = RedisStores(Settings(redis_url=redis_url))
    for row in STRUCTURES:
        function_in(f"shop.{row.folder}.alpha", CALL)(lambda: stores.cache.get("some:key"))
    names = [row.name for row in STRUCTURES if row.name != "CacheManager"]
    assert [line.split(" and sends ")[0].split()[-1] for line in origin_findings()] == names
    assert "and sends a Redis command: 'GET some:key'. Each key has one owner" in origin_findings()[0]


def test_a_pipeline_counts_for_the_caller_of_execute(redis_url: str, origin_findings: Any) -> None:
    pipe = RedisStores(Settings(redis_url=redis_url)).cache.pipeline()
    function_in("shop.cache_managers.alpha", CALL)(lambda: pipe.get("a"))
    function_in("shop.services.alpha", CALL)(pipe.execute)
    assert "speak is a Service and sends a Redis command: '1 commands in a pipeline'" in origin_findings()[0]


def test_joined_commands_count_for_the_caller(redis_url: str, origin_findings: Any) -> None:
    cache: Any = RedisStores(Settings(redis_url=redis_url)).cache
    function_in("shop.cache_managers.alpha", CALL)(lambda: cache.execute_all([("GET", "a")]))
    assert not origin_findings()
    function_in("shop.services.alpha", CALL)(lambda: cache.execute_all([("GET", "a"), ("GET", "b")]))
    assert "speak is a Service and sends a Redis command: '2 commands at once'" in origin_findings()[0]


@pytest.mark.usefixtures("one_tenant")
def test_an_inherited_method_counts_for_the_cache_manager(redis_url: str, tmp_path: Path) -> None:
    cache = Container(Settings(redis_url=redis_url, var=str(tmp_path))).get(SessionCacheManager)
    read = function_in("shop.services.alpha", CALL)
    assert read(lambda: cache.get_or_build(cache.card, lambda: {"id": 1}, user=1, session=1)) == {"id": 1}


def test_commands_of_the_queue_are_not_checked(redis_url: str) -> None:
    queue = JobQueue(RedisStores(Settings(redis_url=redis_url)))
    function_in("shop.services.alpha", CALL)(lambda: queue.enqueue("preload-stock"))
    assert not function_in("shop.jobs.alpha", CALL)(queue.is_empty)
