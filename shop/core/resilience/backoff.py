"""Exponential back-off with full jitter, and random Retry-After values."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

RETRY_AFTER_MIN_SECONDS = 1
RETRY_AFTER_MAX_SECONDS = 3


def retry_after() -> int:
    """Draw whole seconds for a Retry-After header.

    Clients that were rejected at the same time retry at different times.
    """
    return random.randint(RETRY_AFTER_MIN_SECONDS, RETRY_AFTER_MAX_SECONDS)


@dataclass(frozen=True)
class Backoff:
    """Retry schedule: at most `tries` attempts within `budget` seconds.

    Each pause is random between zero and a bound, which starts at `base` seconds and doubles up to `cap`.
    """

    tries: int
    budget: float
    base: float
    cap: float
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[float, float], float] = random.uniform

    def attempts(self) -> Iterator[int]:
        """Yield the number of each attempt, from 0, after its pause.

        Ends before a pause that would exceed the budget.
        """
        deadline = self.now() + self.budget
        yield 0
        for number in range(1, self.tries):
            # The exponent is bounded, since a float overflows at 2 ** 1024.
            pause = self.draw(0, min(self.cap, self.base * 2 ** min(number - 1, 30)))
            if self.now() + pause >= deadline:
                return
            self.sleep(pause)
            yield number
