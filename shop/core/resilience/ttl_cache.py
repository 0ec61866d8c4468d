"""What is worth knowing for a moment."""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TTLCache(Generic[K, V]):
    """Kept in this process, for all its threads: each thing for so many seconds, and so many things at most."""

    def __init__(self, seconds: float, size: int, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._size, self._now = seconds, size, now
        self._entries: dict[K, tuple[float, V]] = {}
        self._lock = Lock()

    def set(self, key: K, value: V) -> None:
        """Remember a thing from now on; the oldest one makes room for it."""
        with self._lock:
            self._entries.pop(key, None)
            self._entries[key] = self._now() + self._seconds, value
            if len(self._entries) > self._size:
                del self._entries[next(iter(self._entries))]

    def get(self, key: K) -> V | None:
        """What was kept under the key and has not ended."""
        with self._lock:
            end, value = self._entries.get(key, (0.0, None))
            return value if self._now() < end else None
