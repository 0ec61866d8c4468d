"""Time budget of a request for its store calls: two seconds.

A time-out bounds a single call, but many slow calls add up. So the waiting time of all calls is counted, and calls are
refused when the budget is spent. Computing time does not count. Jobs, commands and background threads have no budget.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from shop.core.context import set_temporarily

REQUEST_BUDGET_SECONDS = 2.0
# Up to this waiting time the time-outs stay unchanged, since changing one costs a system call.
GRACE_SECONDS = 0.1


@dataclass(slots=True)
class _Deadline:
    """Seconds spent on all stores and on Redis, and the running wait."""

    store_seconds: float = 0.0
    redis_seconds: float = 0.0
    wait_started_at: float | None = None

    @property
    def remaining(self) -> float:
        waiting = time.monotonic() - self.wait_started_at if self.wait_started_at else 0.0
        return REQUEST_BUDGET_SECONDS - self.store_seconds - waiting


_current: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)


def request_deadline() -> AbstractContextManager[object]:
    """Count the waiting time of this thread until the context ends."""
    return set_temporarily(_current, _Deadline())


def no_deadline() -> AbstractContextManager[object]:
    """Count no waiting time until the context ends.

    This is for requests whose client asked to wait.
    """
    return set_temporarily(_current, None)


def remaining(timeout: float) -> float:
    """Return the seconds that the next call may take, at most `timeout`.

    Returns 0 when the budget is spent.
    """
    deadline = _current.get()
    if deadline is None or (left := deadline.remaining) > REQUEST_BUDGET_SECONDS - GRACE_SECONDS:
        return timeout
    return min(timeout, max(0.0, left))


def redis_allowed() -> bool:
    """Return True when Redis may be called.

    A spent budget does not matter when the time was not spent on Redis.
    """
    deadline = _current.get()
    if deadline is None:
        return True
    return deadline.store_seconds < REQUEST_BUDGET_SECONDS or deadline.redis_seconds < GRACE_SECONDS


def charge_redis(seconds: float) -> None:
    """Count seconds of waiting for Redis."""
    if deadline := _current.get():
        deadline.store_seconds += seconds
        deadline.redis_seconds += seconds


@contextmanager
def charge_deadline() -> Iterator[None]:
    """Count the duration of the context as waiting time.

    Nested contexts are counted once.
    """
    deadline = _current.get()
    if deadline is None or deadline.wait_started_at:
        yield
        return
    deadline.wait_started_at = time.monotonic()
    try:
        yield
    finally:
        deadline.store_seconds += time.monotonic() - deadline.wait_started_at
        deadline.wait_started_at = None
