"""Result of some seconds of load."""

from collections import Counter
from dataclasses import dataclass, field

# A purchase is never answered with 200, a read always.
ACCEPTED = (b"HTTP/1.1 202", b"HTTP/1.1 201", b"HTTP/1.1 200")
BUSY = "503"


@dataclass
class LoadResult:
    """Latencies and statuses of all responses, in seconds.

    `latencies` are those of accepted purchases and of reads, `refusals` those of all other responses. `unsent` counts
    planned requests that were not sent in time.
    """

    latencies: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    statuses: "Counter[str]" = field(default_factory=Counter)
    seconds: float = 0.0
    unsent: int = 0

    @property
    def accepted(self) -> int:
        """Number of accepted purchases, or of answered reads."""
        return len(self.latencies)

    @property
    def refused(self) -> int:
        """Number of responses that are not an accepted purchase."""
        return len(self.refusals)

    @property
    def answered(self) -> int:
        """Number of responses."""
        return self.accepted + self.refused

    @property
    def unknown(self) -> int:
        """Number of failures that may have bought something."""
        return sum(number for status, number in self.statuses.items() if status.startswith("5"))

    def add(self, response: bytes, seconds: float) -> None:
        """Add a response and its duration."""
        if response.startswith(ACCEPTED):
            self.latencies.append(seconds)
        else:
            self.refusals.append(seconds)
            self.statuses[response[9:12].decode()] += 1
