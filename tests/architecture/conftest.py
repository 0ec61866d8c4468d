"""Fixtures of the architecture tests."""

from collections.abc import Callable, Iterator

import pytest

from shop.architecture.finding import Finding


@pytest.fixture
def origin_findings(guards: list[Finding]) -> Iterator[Callable[[], list[str]]]:
    """Return the findings so far and clear them after the test."""
    yield lambda: [str(finding) for finding in guards]
    guards.clear()
