"""Selection of tests: those without a server, and those of one module.

`make fast` runs `-m "not server and not slow"`, `make module-test NOUN=item` runs `--noun item`.
"""

import os
import re
from functools import cache
from pathlib import Path

import pytest

# Beginning of the mark expression of a run without servers.
WITHOUT_SERVERS = "not server"
# Set in a run without servers: a server that starts there belongs to a test that lacks its mark.
FORBIDDEN = "SHOP_TEST_NO_SERVER"
# Fixtures that start a server or processes of the shop, or need one.
SERVER_FIXTURES = frozenset(
    {
        "database_server",
        "valkey_server",
        "redis_url",
        "make_valkey",
        "make_mariadb",
        "make_service",
        "mariadb_and_valkey",
        "own_redis",
        "proxied_shop",
        "mongo",
    }
)
# Folders of tests that run the whole service for a long time, so they say little about one module.
_WHOLE_SERVICE = ("chaos", "fuzz", "resilience", "rolling", "benchmarks")


def mark_server_tests(items: list[pytest.Item]) -> None:
    """Mark the tests whose fixtures start a server."""
    for item in items:
        if not SERVER_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("server")


def forbid_servers() -> None:
    """Let the start of a server fail in this test run."""
    os.environ[FORBIDDEN] = "1"


def require_mark() -> None:
    """Raise UsageError when a server starts in a run without servers."""
    if os.environ.get(FORBIDDEN):
        raise pytest.UsageError("This test starts a server: mark it with `pytest.mark.server`.")


def select_module(items: list[pytest.Item], noun: str) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Divide tests into those of one module and the others.

    A test belongs to a module when its id contains the noun, or its file imports a unit of it.
    """
    word = re.compile(rf"(?<![a-z]){re.escape(noun)}s?(?![a-z])")
    groups: tuple[list[pytest.Item], list[pytest.Item]] = ([], [])
    for item in items:
        is_chosen = bool(word.search(item.nodeid)) or _imports_unit(item.path, noun)
        groups[not (is_chosen and item.path.parent.name not in _WHOLE_SERVICE)].append(item)
    return groups


@cache
def _imports_unit(path: Path, noun: str) -> bool:
    return bool(re.search(rf"^\s*from shop\.[a-z_]+\.{re.escape(noun)}\b", path.read_text(), re.MULTILINE))
