"""Throttling of repeated failures within a minute."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from shop.core.logging.entry import CUSTOM_FIELDS

MAX_PER_MINUTE = 10
# Groups of equal records in one minute. Records of further groups are all logged; the queue bounds them.
GROUPS_MAX = 1000
GroupKey = tuple[str, int, str, type | None, str]


@dataclass
class _Count:
    total: int = 0
    last: str = ""


class FailureThrottle(logging.Filter):
    """Filter that passes at most ten equal warnings or errors a minute.

    At the end of the minute, one record states the number of the others. Records are equal when they have the same
    logger, level, message template, exception type and `subject` (`extra={"subject": "item 7"}`). Records with custom
    fields, such as those of requests, always pass.
    """

    def __init__(self, send: Callable[[logging.LogRecord], object]) -> None:
        super().__init__()
        self._send = send
        self._minute = 0
        self._counts: dict[GroupKey, _Count] = {}
        self._lock = Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True when the record is to be logged."""
        self.end_minute(record.created)
        if record.levelno < logging.WARNING or hasattr(record, CUSTOM_FIELDS):
            return True
        key = _group_key(record)
        with self._lock:
            if key not in self._counts and len(self._counts) >= GROUPS_MAX:
                return True
            count = self._counts.setdefault(key, _Count())
            count.total += 1
            if count.total > MAX_PER_MINUTE:
                count.last = format_message(record)
            return count.total <= MAX_PER_MINUTE

    def end_minute(self, now: float) -> None:
        """Send the summaries of a minute that is over."""
        minute = int(now // 60)
        if minute <= self._minute:
            return
        with self._lock:
            if minute <= self._minute:
                return
            ended, self._counts, self._minute = self._counts, {}, minute
        for key, count in ended.items():
            if count.total > MAX_PER_MINUTE:
                self._send(_build_summary(key, count))


def format_message(record: logging.LogRecord) -> str:
    """Return the message of a record.

    When the arguments do not fit the template, both are returned as they are.
    """
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a wrong log call must not fail its caller
        return f"{record.msg} {record.args}"


def _group_key(record: logging.LogRecord) -> GroupKey:
    failure = record.exc_info[0] if record.exc_info else None
    return record.name, record.levelno, str(record.msg), failure, str(getattr(record, "subject", ""))


def _build_summary(key: GroupKey, count: _Count) -> logging.LogRecord:
    # Without the ids of a request, since the summary covers records of many requests.
    name, level, _, _, subject = key
    suppressed = count.total - MAX_PER_MINUTE
    attributes = {"name": name, "levelno": level, "levelname": logging.getLevelName(level), "suppressed": suppressed}
    if subject:
        attributes["subject"] = subject
    return logging.makeLogRecord({**attributes, "msg": f"{suppressed} more like this in a minute: {count.last}"})
