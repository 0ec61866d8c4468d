"""Polling within a request, bounded in time and in threads."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore
from typing import TypeVar

from shop.core.resilience.deadline import no_deadline
from shop.core.settings.settings import Settings

POLL_SECONDS = 0.01

T = TypeVar("T")


@dataclass(frozen=True)
class BoundedWait:
    """Polling by at most half of the threads of a process."""

    settings: Settings

    def poll(self, probe: Callable[[], T | None], timeout: float) -> T | None:
        """Call the probe until it returns a value.

        Returns None after `timeout` seconds, and at once when too many threads are waiting.
        """
        if timeout <= 0 or not self._slots.acquire(blocking=False):
            return None
        try:
            with no_deadline():
                return self._poll_until(probe, time.monotonic() + timeout)
        finally:
            self._slots.release()

    def _poll_until(self, probe: Callable[[], T | None], deadline: float) -> T | None:
        while (result := probe()) is None and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        return result

    @cached_property
    def _slots(self) -> BoundedSemaphore:
        return BoundedSemaphore(max(1, self.settings.web_threads // 2))
