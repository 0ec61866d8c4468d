"""Log of the purchases of a load, for checks after it."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from benchmarks.load.load_result import ACCEPTED, BUSY, LoadResult
from benchmarks.report.figures import compute_percentile


class AcceptedPurchase(NamedTuple):
    """Accepted purchase: its order, its price, and its times by `time.perf_counter`."""

    order_id: str
    unit_price_minor: int
    sent_at: float
    answered_at: float


@dataclass
class PurchaseLog(LoadResult):
    """Load result that keeps the responses.

    They are parsed after the load, since server and load generator share the same cores.
    """

    responses: list[tuple[bytes, float, float]] = field(default_factory=list)

    def add(self, response: bytes, seconds: float) -> None:
        """Add a response and its duration."""
        super().add(response, seconds)
        answered_at = time.perf_counter()
        self.responses.append((response, answered_at - seconds, answered_at))

    @property
    def busy(self) -> int:
        """Number of responses with status 503."""
        return self.statuses[BUSY]

    @property
    def slowest(self) -> float:
        """Seconds of the slowest response."""
        return max([*self.latencies, *self.refusals], default=0.0)

    def compute_percentile(self, percent: float) -> float:
        """Return a percentile of the seconds of accepted purchases."""
        return compute_percentile(self.latencies, percent)

    def count_codes(self) -> "Counter[int]":
        """Count the responses that are not an accepted purchase, by code."""
        return Counter(_parse(response)["code"] for response, *_ in self.responses if not response.startswith(ACCEPTED))

    def find_accepted(self) -> Iterator[AcceptedPurchase]:
        """Iterate over the accepted purchases."""
        for response, sent_at, answered_at in self.responses:
            if response.startswith(ACCEPTED):
                data = _parse(response)["data"]
                yield AcceptedPurchase(data["id"], data["unit_price_minor"], sent_at, answered_at)


def _parse(response: bytes) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(response.partition(b"\r\n\r\n")[2])
    return body
