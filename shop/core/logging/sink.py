"""Interface of log sinks."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from shop.core.logging.entry import Entry


class LogStoreUnavailable(Exception):  # noqa: N818 - the name describes the state
    """Failure of the store that the log search reads."""


class LogLine(NamedTuple):
    """Record in the form that sinks write.

    `timestamp` is in seconds since 1970, and `line` is the entry as JSON.
    """

    timestamp: float
    entry: Entry
    line: bytes


class Sink(Protocol):
    """Destination of log records."""

    def write(self, batch: Sequence[LogLine]) -> None:
        """Write records.

        May raise any exception; the records are then counted as dropped.
        """

    def finish(self, seconds: float) -> None:
        """Write the pending records within the given seconds."""
