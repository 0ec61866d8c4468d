"""Waiting for what happens elsewhere."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

PAUSE_SECONDS = 0.02
T = TypeVar("T")
# What the fixture `eventually` is, for the tests' annotations.
Eventually = Callable[..., Any]


def wait_for(condition: Callable[[], bool], timeout: float) -> bool:
    """Poll the condition; False when it has not come true after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def eventually(assertion: Callable[[], T], timeout: float = 5.0) -> T:
    """Poll until the assertion neither raises AssertionError nor returns False; return what it returned.

    After `timeout` seconds its last failure is raised, so that the test shows what is still wrong.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            return _require(assertion())
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        time.sleep(PAUSE_SECONDS)


def _require(value: T) -> T:
    assert value is not False, "It stayed False."
    return value
