"""What one process knows of the windows that requests are counted in, and how it counts while Redis is away."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import NamedTuple
from zlib import crc32

from shop.core.rate_limiting.quota import Quota, Standing

# An attacker with many addresses fills these, some five megabytes; without Redis the rest share so many in each budget.
SIZE = 20_000
CROWDS = 256
# Of a window that others may have counted in, a tenth of the limit is left for all processes together.
SCANT = 10
# So long a spent window is refused from memory. Then Redis is asked and told again: it may have forgotten.
SURE_SECONDS = 1.0
# The beginning of a window is known as exactly as answers are quick.
_SLACK_SECONDS = 0.5


class Told(NamedTuple):
    """What a script is told of a window: its KEY, its ARGV as count.lua reads them, and when."""

    key: str
    words: tuple[int, int, int, int, int]
    moment: float


@dataclass(slots=True)
class Window:
    """`seen`: what Redis said at the moment `told`. `apart`: let pass since then without telling Redis."""

    began: float
    seconds: int
    seen: int = 0
    apart: int = 0
    told: float = float("-inf")

    @property
    def ends(self) -> float:
        """The moment from which another one may begin."""
        return self.began + self.seconds


class Windows:
    """A bounded memory, shared by the threads of a process, one of so many that count together."""

    def __init__(self, processes: int, size: int = SIZE, now: Callable[[], float] = time.monotonic) -> None:
        self._processes, self._size, self._now = processes, size, now
        self._kept: dict[str, Window] = {}
        self._lock, self._swept = Lock(), now()

    def tell(self, quota: Quota) -> Told:
        """What Redis should know before it counts."""
        now, rate, window = self._now(), quota.rate, self._kept.get(quota.key)
        rest = int((window.ends - now) * 1000) if window else 0
        known = (window.seen, rest, window.apart) if window and rest > 0 else (0, 0, 0)
        return Told(quota.key, (rate.most, rate.seconds * 1000, *known), now)

    def learn(self, quota: Quota, told: Told, answer: tuple[int, int, int]) -> Standing:
        """Remember what Redis answered: 1 when it counted, the count, and the milliseconds that are left."""
        fits, count, left = answer
        began = told.moment + left / 1000 - quota.rate.seconds
        with self._lock:
            window = self._kept.get(quota.key) or self._begin(self._place(quota), quota, began)
            _note(window, told, began, count)
        room = quota.rate.most - count
        return Standing(quota, max(0, room), max(1, ceil(left / 1000)), not fits and room <= 0)

    def find_spent(self, quotas: Sequence[Quota]) -> list[Standing]:
        """How the client stands, when Redis said a moment ago that one of the windows is spent; else nothing."""
        now = self._now()
        windows = [self._kept.get(quota.key) for quota in quotas]
        if not any(_is_spent(*pair, now) for pair in zip(quotas, windows, strict=True)):
            return []
        return [
            _standing(quota, window or Window(now, quota.rate.seconds), quota.rate.most, now)
            for quota, window in zip(quotas, windows, strict=True)
        ]

    def count_alone(self, quotas: Sequence[Quota], since: float | None, *, look: bool = False) -> list[Standing]:
        """Count one request in each window, all or none, while Redis is away since that moment; or only look.

        In a window that began before, others may have counted: this process has its share of what is left to all
        then. Of a later one it has its share of the whole.
        """
        now = self._now()
        since = now if since is None else since
        with self._lock:
            windows = [self._find(quota, since, now) for quota in quotas]
            standings = [
                _standing(quota, window, self._share(quota, window, since), now)
                for quota, window in zip(quotas, windows, strict=True)
            ]
            if look or any(standing.refused for standing in standings):
                return standings
            for window in windows:
                window.apart += 1
        return [standing._replace(remaining=standing.remaining - 1) for standing in standings]

    def _find(self, quota: Quota, since: float, now: float) -> Window:
        place = quota.key if quota.key in self._kept else self._place(quota, alone=True)
        window = self._kept.get(place)
        if window and now < window.ends:
            return window
        # The windows of that moment have ended, this client's or whoever's: nobody has a part in those that follow.
        later = (window is not None and window.ends > since) or now >= since + quota.rate.seconds
        return self._begin(place, quota, now if later else since)

    def _share(self, quota: Quota, window: Window, since: float) -> int:
        parts = self._processes if window.began > since else self._processes * SCANT
        return max(1, quota.rate.most // parts)

    def _begin(self, place: str, quota: Quota, began: float) -> Window:
        window = self._kept[place] = Window(began, quota.rate.seconds)
        return window

    def _place(self, quota: Quota, *, alone: bool = False) -> str:
        """Where a new window is kept. When all places are taken the oldest is forgotten, for Redis still knows it.

        Without Redis nobody does, and whoever made us forget would begin anew: newcomers share a window instead.
        """
        if len(self._kept) >= self._size:
            self._sweep()
        if len(self._kept) < self._size:
            return quota.key
        if alone:
            return f"{quota.budget}:{crc32(quota.key.encode()) % CROWDS}"
        del self._kept[next(iter(self._kept))]
        return quota.key

    def _sweep(self) -> None:
        now = self._now()
        if now - self._swept >= SURE_SECONDS:
            self._swept = now
            self._kept = {place: window for place, window in self._kept.items() if window.ends > now}


def _note(window: Window, told: Told, began: float, count: int) -> None:
    window.apart = max(0, window.apart - told.words[-1])
    if abs(began - window.began) <= min(_SLACK_SECONDS, window.seconds / 2):
        window.seen, window.began = max(window.seen, count), max(window.began, began)
    elif told.moment >= window.told:
        # Another window. What was let pass in the last one is of no interest any more.
        window.apart = window.apart if began < window.ends - _SLACK_SECONDS else 0
        window.seen, window.began = count, began
    window.told = max(window.told, told.moment)


def _is_spent(quota: Quota, window: Window | None, now: float) -> bool:
    if window is None or window.seen < quota.rate.most:
        return False
    return now < min(window.told + SURE_SECONDS, window.ends)


def _standing(quota: Quota, window: Window, share: int, now: float) -> Standing:
    room = min(share, quota.rate.most - window.seen) - window.apart
    return Standing(quota, max(0, room), max(1, ceil(window.ends - now)), room <= 0)
