"""Coming back later, and not all at once."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

RETRY_AFTER_MIN_SECONDS = 1
RETRY_AFTER_MAX_SECONDS = 3


def retry_after() -> int:
    """Whole seconds for a Retry-After, drawn each time: those who were sent away together come back apart."""
    return random.randint(RETRY_AFTER_MIN_SECONDS, RETRY_AFTER_MAX_SECONDS)


@dataclass(frozen=True)
class Backoff:
    """So many tries in so many seconds. A pause is drawn between zero and a bound that doubles up to the cap."""

    tries: int
    budget: float
    base: float
    cap: float
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[float, float], float] = random.uniform

    def attempts(self) -> Iterator[int]:
        """Once for each try, from 0. It pauses between two of them only, and for nothing that the budget ends."""
        deadline = self.now() + self.budget
        yield 0
        for number in range(1, self.tries):
            # The exponent has a bound of its own: a float overflows at two to the power of a thousand tries.
            pause = self.draw(0, min(self.cap, self.base * 2 ** min(number - 1, 30)))
            if self.now() + pause >= deadline:
                return
            self.sleep(pause)
            yield number
