"""The guards of the architecture, on for everything that a test runs in its own process."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis
from redis.client import Pipeline
from sqlalchemy import Engine, event

from shop.architecture.finding import Finding
from shop.architecture.guards import caller_attribution as origins
from shop.architecture.guards.runtime_guards import check_objects, check_providers
from shop.container import Container
from shop.core.redis.client import DirectRedis


@pytest.fixture(autouse=True)
def guards(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Finding]]:
    """What the guards found in this test, which fails when something is left in the list at its end."""
    found: list[Finding] = []
    guard_containers(found, monkeypatch)
    guard_redis(found, monkeypatch)
    judge = guard_sql(found)
    event.listen(Engine, "before_cursor_execute", judge)
    yield found
    event.remove(Engine, "before_cursor_execute", judge)
    if found:
        pytest.fail("\n".join(map(str, dict.fromkeys(found))), pytrace=False)


def guard_containers(found: list[Finding], monkeypatch: pytest.MonkeyPatch) -> None:
    build = Container.build

    def judged(container: Container) -> None:
        build(container)
        found.extend([*check_objects(container), *check_providers(container)])

    monkeypatch.setattr(Container, "build", judged)


def guard_sql(found: list[Finding]) -> Callable[..., None]:
    def judge(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if finding := origins.SQL_GUARD.check(statement):
            found.append(finding)

    return judge


def guard_redis(found: list[Finding], monkeypatch: pytest.MonkeyPatch) -> None:
    run: Callable[..., Any] = Pipeline.execute

    def judge(words: str) -> None:
        if finding := origins.REDIS_GUARD.check(words):
            found.append(finding)

    def judged(send: Callable[..., Any]) -> Callable[..., Any]:
        def judged_send(client: Any, *arguments: Any, **options: Any) -> Any:
            judge(" ".join(map(str, arguments[:2])))
            return send(client, *arguments, **options)

        return judged_send

    def judged_run(pipeline: Any, *arguments: Any, **options: Any) -> Any:
        judge(f"{len(pipeline)} commands in a pipeline")
        return run(pipeline, *arguments, **options)

    for kind in (Redis, DirectRedis):
        monkeypatch.setattr(kind, "execute_command", judged(kind.execute_command))
    monkeypatch.setattr(Pipeline, "execute", judged_run)
