"""Rate limit windows of one process, also counted without Redis."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import NamedTuple
from zlib import crc32

from shop.core.rate_limiting.quota import Quota, QuotaState

# The size limit, about five megabytes, which an attacker with many addresses can fill. Without Redis, further clients
# share the second number of windows in each bucket.
WINDOWS_MAX = 20_000
SHARED_WINDOWS = 256
# In a window that other processes may have counted in, all processes together may admit a tenth of the limit.
RESERVE_DIVISOR = 10
# An exhausted window is refused from memory for this long. Then Redis is queried again, since it may have lost data.
EXHAUSTED_CACHE_SECONDS = 1.0
# The start of a window is computed from the time of a response, so it is inexact by the duration of a round trip.
_SLACK_SECONDS = 0.5


class WindowArgs(NamedTuple):
    """Arguments of count.lua for one window.

    `read_at` is the time at which they were read.
    """

    key: str
    arguments: tuple[int, int, int, int, int]
    read_at: float


@dataclass(slots=True)
class Window:
    """A window as one process knows it.

    `redis_count` is the count of Redis at `synced_at`; `unsynced` requests were admitted since then without Redis.
    """

    started_at: float
    seconds: int
    redis_count: int = 0
    unsynced: int = 0
    synced_at: float = float("-inf")

    @property
    def ends_at(self) -> float:
        """Time at which the next window may start."""
        return self.started_at + self.seconds


class LocalWindows:
    """Bounded store of windows, shared by the threads of a process.

    `processes` is the number of processes that share the limits.
    """

    def __init__(self, processes: int, size: int = WINDOWS_MAX, now: Callable[[], float] = time.monotonic) -> None:
        self._processes, self._size, self._now = processes, size, now
        self._windows: dict[str, Window] = {}
        self._lock, self._swept_at = Lock(), now()

    def request_args(self, quota: Quota) -> WindowArgs:
        """Return the arguments with which Redis counts a request in a window."""
        now, rate, window = self._now(), quota.rate, self._windows.get(quota.key)
        left = int((window.ends_at - now) * 1000) if window else 0
        state = (window.redis_count, left, window.unsynced) if window and left > 0 else (0, 0, 0)
        return WindowArgs(quota.key, (rate.requests, rate.seconds * 1000, *state), now)

    def update(self, quota: Quota, args: WindowArgs, result: tuple[int, int, int]) -> QuotaState:
        """Store the result of count.lua for a window.

        The result is 1 if the request was counted, the count, and the milliseconds until the window ends.
        """
        fits, count, left = result
        began = args.read_at + left / 1000 - quota.rate.seconds
        with self._lock:
            window = self._windows.get(quota.key) or self._start_window(self._allocate_key(quota), quota, began)
            _sync_window(window, args, began, count)
        room = quota.rate.requests - count
        return QuotaState(quota, max(0, room), max(1, ceil(left / 1000)), not fits and room <= 0)

    def find_exhausted(self, quotas: Sequence[Quota]) -> list[QuotaState]:
        """Return the states of all quotas if one is exhausted.

        Otherwise the list is empty. Reads only results of Redis that are at most EXHAUSTED_CACHE_SECONDS old.
        """
        now = self._now()
        windows = [self._windows.get(quota.key) for quota in quotas]
        if not any(_is_exhausted(*pair, now) for pair in zip(quotas, windows, strict=True)):
            return []
        return [
            _quota_state(quota, window or Window(now, quota.rate.seconds), quota.rate.requests, now)
            for quota, window in zip(quotas, windows, strict=True)
        ]

    def count_locally(self, quotas: Sequence[Quota], since: float | None, *, dry_run: bool = False) -> list[QuotaState]:
        """Count one request without Redis, in all windows or in none.

        `since` is the time at which Redis went down, on the clock of this object. Other processes may have counted in a
        window that started before: it gets this process's share of a reserve. A later window gets its share of the
        limit. With `dry_run` nothing is counted.
        """
        now = self._now()
        since = now if since is None else since
        with self._lock:
            windows = [self._find_window(quota, since, now) for quota in quotas]
            states = [
                _quota_state(quota, window, self._local_limit(quota, window, since), now)
                for quota, window in zip(quotas, windows, strict=True)
            ]
            if dry_run or any(state.refused for state in states):
                return states
            for window in windows:
                window.unsynced += 1
        return [state._replace(remaining=state.remaining - 1) for state in states]

    def _find_window(self, quota: Quota, since: float, now: float) -> Window:
        key = quota.key if quota.key in self._windows else self._allocate_key(quota, without_redis=True)
        window = self._windows.get(key)
        if window and now < window.ends_at:
            return window
        # When the windows of that time have ended, no other process has counted in the new one.
        is_later = (window is not None and window.ends_at > since) or now >= since + quota.rate.seconds
        return self._start_window(key, quota, now if is_later else since)

    def _local_limit(self, quota: Quota, window: Window, since: float) -> int:
        divisor = self._processes if window.started_at > since else self._processes * RESERVE_DIVISOR
        return max(1, quota.rate.requests // divisor)

    def _start_window(self, key: str, quota: Quota, began: float) -> Window:
        window = self._windows[key] = Window(began, quota.rate.seconds)
        return window

    def _allocate_key(self, quota: Quota, *, without_redis: bool = False) -> str:
        """Return the key under which a new window is stored.

        When the store is full, the oldest window is deleted, since Redis still has its count. Without Redis a deleted
        window would give its client a fresh limit, so new clients share windows instead.
        """
        if len(self._windows) >= self._size:
            self._sweep()
        if len(self._windows) < self._size:
            return quota.key
        if without_redis:
            return f"{quota.bucket}:{crc32(quota.key.encode()) % SHARED_WINDOWS}"
        del self._windows[next(iter(self._windows))]
        return quota.key

    def _sweep(self) -> None:
        now = self._now()
        if now - self._swept_at >= EXHAUSTED_CACHE_SECONDS:
            self._swept_at = now
            self._windows = {key: window for key, window in self._windows.items() if window.ends_at > now}


def _sync_window(window: Window, args: WindowArgs, began: float, count: int) -> None:
    window.unsynced = max(0, window.unsynced - args.arguments[-1])
    if abs(began - window.started_at) <= min(_SLACK_SECONDS, window.seconds / 2):
        window.redis_count, window.started_at = max(window.redis_count, count), max(window.started_at, began)
    elif args.read_at >= window.synced_at:
        # A new window: requests admitted in the previous one no longer count.
        window.unsynced = window.unsynced if began < window.ends_at - _SLACK_SECONDS else 0
        window.redis_count, window.started_at = count, began
    window.synced_at = max(window.synced_at, args.read_at)


def _is_exhausted(quota: Quota, window: Window | None, now: float) -> bool:
    if window is None or window.redis_count < quota.rate.requests:
        return False
    return now < min(window.synced_at + EXHAUSTED_CACHE_SECONDS, window.ends_at)


def _quota_state(quota: Quota, window: Window, share: int, now: float) -> QuotaState:
    room = min(share, quota.rate.requests - window.redis_count) - window.unsynced
    return QuotaState(quota, max(0, room), max(1, ceil(window.ends_at - now)), room <= 0)
