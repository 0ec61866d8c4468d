"""Polling within a request, bounded in time and in number."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore
from typing import TypeVar

from shop.core.resilience.deadline import no_deadline
from shop.core.resilience.working_turn import holds_turn, without_turn
from shop.core.settings.settings import Settings

POLL_SECONDS = 0.01

T = TypeVar("T")


@dataclass(frozen=True)
class BoundedWait:
    """Polling by a bounded number of the requests of a process."""

    settings: Settings

    def poll(self, probe: Callable[[], T | None], timeout: float) -> T | None:
        """Call the probe until it returns a value.

        The request keeps its working turn. Returns None after `timeout` seconds, and at once when half of the turns are
        waiting.
        """
        if timeout <= 0 or not self._slots.acquire(blocking=False):
            return None
        try:
            with no_deadline():
                return self._poll_until(probe, time.monotonic() + timeout)
        finally:
            self._slots.release()

    def poll_gate(self, probe: Callable[[], T | None]) -> T | None:
        """Call the probe until it returns a value, without a working turn.

        Returns None after `SHOP_GATE_WAIT_SECONDS`, and at once outside of a request and when `SHOP_GATE_WAITERS`
        requests are waiting.
        """
        timeout = self.settings.gate_wait_seconds
        if timeout <= 0 or not holds_turn() or not self._places.acquire(blocking=False):
            return None
        try:
            with without_turn(), no_deadline():
                return self._poll_until(probe, time.monotonic() + timeout)
        finally:
            self._places.release()

    @contextmanager
    def lend_turn(self) -> Iterator[None]:
        """Lend the working turn while waiting for a row lock.

        Keeps it when too few connections are left: one that waits for a lock holds a connection.
        """
        if not self._spare_connections.acquire(blocking=False):
            yield
            return
        try:
            with without_turn(waits_after=False):
                yield
        finally:
            self._spare_connections.release()

    def repeat_failing(self, call: Callable[[], object], error: type[Exception], seconds: float) -> None:
        """Repeat a call until it succeeds or the time has passed.

        Suppresses the error. The number of requests that wait is not bounded, since what follows depends on the call.
        """

        def succeeds() -> bool | None:
            with suppress(error):
                call()
                return True
            return None

        with no_deadline():
            self._poll_until(succeeds, time.monotonic() + seconds)

    def _poll_until(self, probe: Callable[[], T | None], deadline: float) -> T | None:
        while (result := probe()) is None and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        return result

    @cached_property
    def _slots(self) -> BoundedSemaphore:
        return BoundedSemaphore(max(1, self.settings.web_threads // 2))

    @cached_property
    def _spare_connections(self) -> BoundedSemaphore:
        # One is left for what is no request.
        return BoundedSemaphore(max(0, self.settings.database_pool - self.settings.web_threads - 1))

    @cached_property
    def _places(self) -> BoundedSemaphore:
        return BoundedSemaphore(self.settings.gate_waiters)
