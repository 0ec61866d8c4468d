"""Architecture guards for all code that runs in the test's own process."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis
from redis.client import Pipeline
from sqlalchemy import Engine, event

from shop.architecture.finding import Finding
from shop.architecture.guards import caller_attribution
from shop.architecture.guards.runtime_guards import check_objects, check_providers
from shop.container import Container
from shop.core.redis.direct_client import DirectRedis


@pytest.fixture(autouse=True)
def guards(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Finding]]:
    """Collect the findings of the guards, which fail the test."""
    findings: list[Finding] = []
    guard_containers(findings, monkeypatch)
    guard_redis(findings, monkeypatch)
    check = guard_sql(findings)
    event.listen(Engine, "before_cursor_execute", check)
    yield findings
    event.remove(Engine, "before_cursor_execute", check)
    if findings:
        pytest.fail("\n".join(map(str, dict.fromkeys(findings))), pytrace=False)


# Wirings without a finding. The walk over all objects takes a second, and most tests build the same wiring.
_sound_wirings: set[frozenset[tuple[type, str, type]]] = set()


def guard_containers(findings: list[Finding], monkeypatch: pytest.MonkeyPatch) -> None:
    build = Container.build

    def build_and_check(container: Container) -> None:
        build(container)
        wiring = describe_wiring(container)
        if wiring in _sound_wirings:
            return
        found = [*check_objects(container), *check_providers(container)]
        findings.extend(found)
        if not found:
            _sound_wirings.add(wiring)

    monkeypatch.setattr(Container, "build", build_and_check)


def describe_wiring(container: Container) -> frozenset[tuple[type, str, type]]:
    """Return class, attribute and type of everything that the instances of a container hold directly."""
    instances = [provider() for provider in container.providers.providers.values()]
    return frozenset(
        (type(instance), name, type(value))
        for instance in instances
        for name, value in getattr(instance, "__dict__", {}).items()
    )


def guard_sql(findings: list[Finding]) -> Callable[..., None]:
    def check(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if finding := caller_attribution.SQL_GUARD.check(statement):
            findings.append(finding)

    return check


def guard_redis(findings: list[Finding], monkeypatch: pytest.MonkeyPatch) -> None:
    execute_pipeline: Callable[..., Any] = Pipeline.execute
    execute_all: Callable[..., Any] = DirectRedis.execute_all

    def check(command: str) -> None:
        if finding := caller_attribution.REDIS_GUARD.check(command):
            findings.append(finding)

    def add_check(execute: Callable[..., Any]) -> Callable[..., Any]:
        def check_and_execute(client: Any, *arguments: Any, **options: Any) -> Any:
            check(" ".join(map(str, arguments[:2])))
            return execute(client, *arguments, **options)

        return check_and_execute

    def check_and_execute_pipeline(pipeline: Any, *arguments: Any, **options: Any) -> Any:
        check(f"{len(pipeline)} commands in a pipeline")
        return execute_pipeline(pipeline, *arguments, **options)

    def check_and_execute_all(client: Any, commands: Any) -> Any:
        check(f"{len(commands)} commands at once")
        return execute_all(client, commands)

    for kind in (Redis, DirectRedis):
        monkeypatch.setattr(kind, "execute_command", add_check(kind.execute_command))
    monkeypatch.setattr(DirectRedis, "execute_all", check_and_execute_all)
    monkeypatch.setattr(Pipeline, "execute", check_and_execute_pipeline)
