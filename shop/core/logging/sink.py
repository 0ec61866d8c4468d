"""Interface of log sinks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from shop.core.logging.entry import Entry, as_json


class LogStoreUnavailable(Exception):  # noqa: N818 - the name describes the state
    """Failure of the store that the log search reads."""


@dataclass(frozen=True)
class LogLine:
    """Record in the form that sinks write.

    `timestamp` is in seconds since 1970.
    """

    timestamp: float
    entry: Entry

    @cached_property
    def line(self) -> bytes:
        """Entry as JSON, made for the first sink that writes it."""
        return as_json(self.entry)


class Sink(Protocol):
    """Destination of log records."""

    def write(self, batch: Sequence[LogLine]) -> None:
        """Write records.

        May raise any exception; the records are then counted as dropped.
        """

    def finish(self, seconds: float) -> None:
        """Write the pending records within the given seconds."""
