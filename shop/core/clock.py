"""The system clock, injected so that tests can set it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Clock:
    """Current time, aware and in UTC."""

    def now(self) -> datetime:
        """Return the current time."""
        return datetime.now(UTC)

    def microseconds(self) -> int:
        """Return the current time in microseconds since 1970.

        Lua scripts and streams use this form.
        """
        return time.time_ns() // 1000


def from_microseconds(microseconds: int) -> datetime:
    """Convert microseconds since 1970 to an aware datetime."""
    return _EPOCH + timedelta(microseconds=microseconds)


def to_microseconds(moment: datetime) -> int:
    """Convert an aware datetime to microseconds since 1970, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def format_rfc3339(moment: datetime) -> str:
    """Format a datetime by RFC 3339: UTC, microseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
