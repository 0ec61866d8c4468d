"""Waiting within a request: bounded in time, and in how many threads may wait at once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore
from typing import TypeVar

from shop.core.resilience.deadline import without_haste
from shop.core.settings.settings import Settings

POLL_SECONDS = 0.01

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """Half of a process's threads may wait; the others go on serving."""

    settings: Settings

    def wait(self, look: Callable[[], T | None], seconds: float) -> T | None:
        """What `look` finds within the time; None when it is up, or when too many wait already."""
        if seconds <= 0 or not self._places.acquire(blocking=False):
            return None
        try:
            with without_haste():
                return self._poll(look, time.monotonic() + seconds)
        finally:
            self._places.release()

    def _poll(self, look: Callable[[], T | None], deadline: float) -> T | None:
        while (found := look()) is None and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        return found

    @cached_property
    def _places(self) -> BoundedSemaphore:
        return BoundedSemaphore(max(1, self.settings.web_threads // 2))
