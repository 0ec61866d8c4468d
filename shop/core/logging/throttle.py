"""Failures that repeat: a few of each kind are logged in a minute, the others are counted."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from shop.core.logging.entry import CUSTOM_FIELDS

MAX_PER_MINUTE = 10
# Kinds that are told apart in one minute; further ones are all logged, and the queue bounds them.
GROUPS_MAX = 1000
GroupKey = tuple[str, int, str, type | None, str]


@dataclass
class _Count:
    total: int = 0
    last: str = ""


class FailureThrottle(logging.Filter):
    """Lets through at most ten equal warnings or errors a minute, and then says how many more there were.

    Equal are those of one logger, sentence (before its values are put in), exception and `subject`: what the record
    is about, where its writer said so (`extra={"subject": "item 7"}`). Those with a `tell`, such as requests, are
    records of their own and never left out.
    """

    def __init__(self, send: Callable[[logging.LogRecord], object]) -> None:
        super().__init__()
        self._send = send
        self._minute = 0
        self._counts: dict[GroupKey, _Count] = {}
        self._lock = Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log it."""
        self.end_minute(record.created)
        if record.levelno < logging.WARNING or hasattr(record, CUSTOM_FIELDS):
            return True
        kind = _group_key(record)
        with self._lock:
            if kind not in self._counts and len(self._counts) >= GROUPS_MAX:
                return True
            count = self._counts.setdefault(kind, _Count())
            count.total += 1
            if count.total > MAX_PER_MINUTE:
                count.last = format_message(record)
            return count.total <= MAX_PER_MINUTE

    def end_minute(self, now: float) -> None:
        """End the minute when it is over: say what was left out."""
        minute = int(now // 60)
        if minute <= self._minute:
            return
        with self._lock:
            if minute <= self._minute:
                return
            ended, self._counts, self._minute = self._counts, {}, minute
        for kind, count in ended.items():
            if count.total > MAX_PER_MINUTE:
                self._send(_build_summary(kind, count))


def format_message(record: logging.LogRecord) -> str:
    """What a record says; where its values do not fit its words, both."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a slip in a log call may not become the caller's failure
        return f"{record.msg} {record.args}"


def _group_key(record: logging.LogRecord) -> GroupKey:
    failure = record.exc_info[0] if record.exc_info else None
    return record.name, record.levelno, str(record.msg), failure, str(getattr(record, "subject", ""))


def _build_summary(kind: GroupKey, count: _Count) -> logging.LogRecord:
    # Of no request: it speaks for many.
    name, level, _, _, subject = kind
    more = count.total - MAX_PER_MINUTE
    told = {"name": name, "levelno": level, "levelname": logging.getLevelName(level), "suppressed": more}
    about = {"subject": subject} if subject else {}
    return logging.makeLogRecord({**told, **about, "msg": f"{more} more like this in a minute: {count.last}"})
