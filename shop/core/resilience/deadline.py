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

from shop.core.context import holding

ENOUGH_SECONDS = 2.0
# Whoever waited less has not waited: time-outs stay as they are, for to change one costs a call of the system.
NOTICED_SECONDS = 0.1


@dataclass(slots=True)
class _Haste:
    """What was waited for the stores, for Redis alone, and since when somebody is waited for."""

    waited: float = 0.0
    for_redis: float = 0.0
    since: float | None = None

    @property
    def left(self) -> float:
        waiting = time.monotonic() - self.since if self.since else 0.0
        return ENOUGH_SECONDS - self.waited - waiting


_current: ContextVar[_Haste | None] = ContextVar("haste", default=None)


def in_haste() -> AbstractContextManager[object]:
    """While the context lasts, a request is served: it is counted what this thread waits."""
    return holding(_current, _Haste())


def without_haste() -> AbstractContextManager[object]:
    """While the context lasts, nothing is counted: the client has asked to wait."""
    return holding(_current, None)


def seconds_left(most: float) -> float:
    """How long to wait for the next answer, at most so long; 0 when it was waited long enough."""
    haste = _current.get()
    if haste is None or (left := haste.left) > ENOUGH_SECONDS - NOTICED_SECONDS:
        return most
    return min(most, max(0.0, left))


def may_ask_redis() -> bool:
    """Whether there is time to ask Redis: also afterwards, as long as it was not Redis that was waited for."""
    haste = _current.get()
    return haste is None or haste.waited < ENOUGH_SECONDS or haste.for_redis < NOTICED_SECONDS


def waited_for_redis(seconds: float) -> None:
    """Count how long Redis took."""
    if haste := _current.get():
        haste.waited += seconds
        haste.for_redis += seconds


@contextmanager
def waiting() -> Iterator[None]:
    """Count how long the context lasts; one within another is counted once."""
    haste = _current.get()
    if haste is None or haste.since:
        yield
        return
    haste.since = time.monotonic()
    try:
        yield
    finally:
        haste.waited += time.monotonic() - haste.since
        haste.since = None
