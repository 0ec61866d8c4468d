"""Clock that each read advances."""

from typing import Any

from shop.core.clock import Clock, from_microseconds


class TickingClock:
    """Clock that each read of microseconds advances by a quarter of a second."""

    def __init__(self) -> None:
        self.time = Clock().microseconds()

    def now(self) -> Any:
        return from_microseconds(self.time)

    def microseconds(self) -> int:
        self.time += 250_000
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += round(seconds * 1e6)
