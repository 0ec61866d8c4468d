"""Haste: a request waits for its stores for two seconds in all, however often it asks them.

A time-out bounds one question. Many questions, each answered just in time, would add up; so what was waited for is
counted, and who has waited long enough asks no more. What is computed meanwhile does not count, and nobody is in haste
who works for nobody that waits: jobs, commands, threads in the background.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from shop.core.context import set_temporarily

REQUEST_BUDGET_SECONDS = 2.0
# Whoever waited less has not waited: time-outs stay as they are, for to change one costs a call of the system.
GRACE_SECONDS = 0.1


@dataclass(slots=True)
class _Deadline:
    """What was waited for the stores, for Redis alone, and since when somebody is waited for."""

    store_seconds: float = 0.0
    redis_seconds: float = 0.0
    wait_started_at: float | None = None

    @property
    def remaining(self) -> float:
        waiting = time.monotonic() - self.wait_started_at if self.wait_started_at else 0.0
        return REQUEST_BUDGET_SECONDS - self.store_seconds - waiting


_current: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)


def request_deadline() -> AbstractContextManager[object]:
    """While the context lasts, a request is served: it is counted what this thread waits."""
    return set_temporarily(_current, _Deadline())


def no_deadline() -> AbstractContextManager[object]:
    """While the context lasts, nothing is counted: the client has asked to wait."""
    return set_temporarily(_current, None)


def remaining(timeout: float) -> float:
    """How long to wait for the next answer, at most so long; 0 when it was waited long enough."""
    haste = _current.get()
    if haste is None or (left := haste.remaining) > REQUEST_BUDGET_SECONDS - GRACE_SECONDS:
        return timeout
    return min(timeout, max(0.0, left))


def redis_allowed() -> bool:
    """Whether there is time to ask Redis: also afterwards, as long as it was not Redis that was waited for."""
    haste = _current.get()
    return haste is None or haste.store_seconds < REQUEST_BUDGET_SECONDS or haste.redis_seconds < GRACE_SECONDS


def charge_redis(seconds: float) -> None:
    """Count how long Redis took."""
    if haste := _current.get():
        haste.store_seconds += seconds
        haste.redis_seconds += seconds


@contextmanager
def charge_deadline() -> Iterator[None]:
    """Count how long the context lasts; one within another is counted once."""
    haste = _current.get()
    if haste is None or haste.wait_started_at:
        yield
        return
    haste.wait_started_at = time.monotonic()
    try:
        yield
    finally:
        haste.store_seconds += time.monotonic() - haste.wait_started_at
        haste.wait_started_at = None
