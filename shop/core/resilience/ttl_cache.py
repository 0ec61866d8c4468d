"""Cache of this process with a time to live."""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TTLCache(Generic[K, V]):
    """Thread-safe cache of at most `size` entries, each for `seconds`."""

    def __init__(self, seconds: float, size: int, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._size, self._now = seconds, size, now
        self._entries: dict[K, tuple[float, V]] = {}
        self._lock = Lock()

    def set(self, key: K, value: V) -> None:
        """Store a value, and remove the oldest entry of a full cache."""
        with self._lock:
            self._entries.pop(key, None)
            self._entries[key] = self._now() + self._seconds, value
            if len(self._entries) > self._size:
                del self._entries[next(iter(self._entries))]

    def get(self, key: K) -> V | None:
        """Return the value of a key; None when missing or expired."""
        with self._lock:
            expires_at, value = self._entries.get(key, (0.0, None))
            return value if self._now() < expires_at else None
