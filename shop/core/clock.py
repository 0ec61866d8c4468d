"""The clock, passed in so that tests can turn it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Clock:
    """The present, aware and in UTC."""

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)

    def microseconds(self) -> int:
        """The present moment as microseconds since 1970, the form that scripts and streams carry."""
        return time.time_ns() // 1000


def from_microseconds(microseconds: int) -> datetime:
    """The moment that many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)


def to_microseconds(moment: datetime) -> int:
    """The microseconds since 1970 of an aware moment, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def format_rfc3339(moment: datetime) -> str:
    """A moment as text: UTC, microseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
