"""What one process knows of the windows that requests are counted in, and how it counts while Redis is away."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import NamedTuple
from zlib import crc32

from shop.core.rate_limiting.quota import Quota, QuotaState

# An attacker with many addresses fills these, some five megabytes; without Redis the rest share so many in each budget.
WINDOWS_MAX = 20_000
SHARED_WINDOWS = 256
# Of a window that others may have counted in, a tenth of the limit is left for all processes together.
RESERVE_DIVISOR = 10
# So long a spent window is refused from memory. Then Redis is asked and told again: it may have forgotten.
EXHAUSTED_CACHE_SECONDS = 1.0
# The beginning of a window is known as exactly as answers are quick.
_SLACK_SECONDS = 0.5


class WindowArgs(NamedTuple):
    """What a script is told of a window: its KEY, its ARGV as count.lua reads them, and when."""

    key: str
    arguments: tuple[int, int, int, int, int]
    read_at: float


@dataclass(slots=True)
class Window:
    """`seen`: what Redis said at the moment `told`. `apart`: let pass since then without telling Redis."""

    started_at: float
    seconds: int
    redis_count: int = 0
    unsynced: int = 0
    synced_at: float = float("-inf")

    @property
    def ends_at(self) -> float:
        """The moment from which another one may begin."""
        return self.started_at + self.seconds


class LocalWindows:
    """A bounded memory, shared by the threads of a process, one of so many that count together."""

    def __init__(self, processes: int, size: int = WINDOWS_MAX, now: Callable[[], float] = time.monotonic) -> None:
        self._processes, self._size, self._now = processes, size, now
        self._windows: dict[str, Window] = {}
        self._lock, self._swept_at = Lock(), now()

    def request_args(self, quota: Quota) -> WindowArgs:
        """What Redis should know before it counts."""
        now, rate, window = self._now(), quota.rate, self._windows.get(quota.key)
        rest = int((window.ends_at - now) * 1000) if window else 0
        known = (window.redis_count, rest, window.unsynced) if window and rest > 0 else (0, 0, 0)
        return WindowArgs(quota.key, (rate.requests, rate.seconds * 1000, *known), now)

    def update(self, quota: Quota, args: WindowArgs, answer: tuple[int, int, int]) -> QuotaState:
        """Remember what Redis answered: 1 when it counted, the count, and the milliseconds that are left."""
        fits, count, left = answer
        began = args.read_at + left / 1000 - quota.rate.seconds
        with self._lock:
            window = self._windows.get(quota.key) or self._start_window(self._allocate_key(quota), quota, began)
            _sync_window(window, args, began, count)
        room = quota.rate.requests - count
        return QuotaState(quota, max(0, room), max(1, ceil(left / 1000)), not fits and room <= 0)

    def find_exhausted(self, quotas: Sequence[Quota]) -> list[QuotaState]:
        """How the client stands, when Redis said a moment ago that one of the windows is spent; else nothing."""
        now = self._now()
        windows = [self._windows.get(quota.key) for quota in quotas]
        if not any(_is_exhausted(*pair, now) for pair in zip(quotas, windows, strict=True)):
            return []
        return [
            _quota_state(quota, window or Window(now, quota.rate.seconds), quota.rate.requests, now)
            for quota, window in zip(quotas, windows, strict=True)
        ]

    def count_locally(self, quotas: Sequence[Quota], since: float | None, *, dry_run: bool = False) -> list[QuotaState]:
        """Count one request in each window, all or none, while Redis is away since that moment; or only look.

        In a window that began before, others may have counted: this process has its share of what is left to all
        then. Of a later one it has its share of the whole.
        """
        now = self._now()
        since = now if since is None else since
        with self._lock:
            windows = [self._find_window(quota, since, now) for quota in quotas]
            standings = [
                _quota_state(quota, window, self._local_limit(quota, window, since), now)
                for quota, window in zip(quotas, windows, strict=True)
            ]
            if dry_run or any(standing.refused for standing in standings):
                return standings
            for window in windows:
                window.unsynced += 1
        return [standing._replace(remaining=standing.remaining - 1) for standing in standings]

    def _find_window(self, quota: Quota, since: float, now: float) -> Window:
        place = quota.key if quota.key in self._windows else self._allocate_key(quota, alone=True)
        window = self._windows.get(place)
        if window and now < window.ends_at:
            return window
        # The windows of that moment have ended, this client's or whoever's: nobody has a part in those that follow.
        later = (window is not None and window.ends_at > since) or now >= since + quota.rate.seconds
        return self._start_window(place, quota, now if later else since)

    def _local_limit(self, quota: Quota, window: Window, since: float) -> int:
        parts = self._processes if window.started_at > since else self._processes * RESERVE_DIVISOR
        return max(1, quota.rate.requests // parts)

    def _start_window(self, key: str, quota: Quota, began: float) -> Window:
        window = self._windows[key] = Window(began, quota.rate.seconds)
        return window

    def _allocate_key(self, quota: Quota, *, alone: bool = False) -> str:
        """Where a new window is kept. When all places are taken the oldest is forgotten, for Redis still knows it.

        Without Redis nobody does, and whoever made us forget would begin anew: newcomers share a window instead.
        """
        if len(self._windows) >= self._size:
            self._sweep()
        if len(self._windows) < self._size:
            return quota.key
        if alone:
            return f"{quota.bucket}:{crc32(quota.key.encode()) % SHARED_WINDOWS}"
        del self._windows[next(iter(self._windows))]
        return quota.key

    def _sweep(self) -> None:
        now = self._now()
        if now - self._swept_at >= EXHAUSTED_CACHE_SECONDS:
            self._swept_at = now
            self._windows = {place: window for place, window in self._windows.items() if window.ends_at > now}


def _sync_window(window: Window, args: WindowArgs, began: float, count: int) -> None:
    window.unsynced = max(0, window.unsynced - args.arguments[-1])
    if abs(began - window.started_at) <= min(_SLACK_SECONDS, window.seconds / 2):
        window.redis_count, window.started_at = max(window.redis_count, count), max(window.started_at, began)
    elif args.read_at >= window.synced_at:
        # Another window. What was let pass in the last one is of no interest any more.
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
