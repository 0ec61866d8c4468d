"""The interface of log sinks, and the line they write."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from shop.core.logging.entry import Entry


class LogStoreUnavailable(Exception):  # noqa: N818 - it says what it is
    """Where records are kept does not answer."""


class LogLine(NamedTuple):
    """A record as it is written: its moment in seconds since 1970, what it says, and the same as JSON."""

    timestamp: float
    entry: Entry
    line: bytes


class Sink(Protocol):
    """Where records are written."""

    def write(self, batch: Sequence[LogLine]) -> None:
        """Write some; raises what went wrong."""

    def finish(self, seconds: float) -> None:
        """Write what waits still, for at most so long."""
