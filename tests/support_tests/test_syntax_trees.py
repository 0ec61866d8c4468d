"""Parsing of Python while the garbage collector runs code that parses."""

import ast
import gc
from collections.abc import Iterator
from typing import Any

import pytest

TEXT = "\n".join(f"def f{number}(a):\n    return [a + {number}, (a, {{'x': a}})]" for number in range(300))


@pytest.fixture
def parsing_collector() -> Iterator[list[str]]:
    """Let the collector run often, and parse each time; return its phases."""
    phases: list[str] = []

    def parse(phase: str, _: dict[str, Any]) -> None:
        phases.append(phase)
        ast.parse("a + b")

    thresholds = gc.get_threshold()
    gc.callbacks.append(parse)
    gc.set_threshold(50)
    yield phases
    gc.callbacks.remove(parse)
    gc.set_threshold(*thresholds)


def test_a_file_is_parsed_while_the_collector_parses(parsing_collector: list[str]) -> None:
    for _ in range(5):
        assert len(ast.parse(TEXT).body) == 300

    assert gc.isenabled()
    assert parsing_collector
