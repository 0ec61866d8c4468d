"""What a record becomes: an entry of JSON-safe values without secrets, and the lines that show it."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from textwrap import indent
from typing import Any

import orjson

from shop.core.logging.redaction import Redactor

Entry = dict[str, Any]
# Given by whoever logs: the members of a record of another kind, its message among them, as they may be written. It is
# asked in the thread that writes.
CUSTOM_FIELDS = "custom_fields"
ToFields = Callable[[Redactor], Mapping[str, Any]]
UNSET = "-"
_IDS = ("tenant", "request_id", "trace_id", "job")
_STANDARD_ATTRIBUTES = {
    *vars(logging.makeLogRecord({})),
    "message",
    "asctime",
    "taskName",
    "entry",
    "line",
    CUSTOM_FIELDS,
    *_IDS,
}
# What a line for people says already, or leaves to the JSON.
_SHOWN_FIELDS = {"time", "level", "logger", "message", "tenant", "process", "pid", "trace_id", "exception"}
_SHOWN_FIELDS |= {"method", "path", "status", "ms"}
# A line that is read by people ends where the record ends, and rings no bell.
_CONTROL = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))} | {9: "\t"}
_CONTROL_IN_LINES = {number: shown for number, shown in _CONTROL.items() if number != 10}


class EntryFormatter:
    """Writes entries for one process."""

    def __init__(self, redactor: Redactor, process: str) -> None:
        self._redactor = redactor
        self._process = process

    def format(self, record: logging.LogRecord) -> Entry:
        """The entry of a record; whatever is wrong with it, there is one."""
        try:
            return self._format(record)
        except Exception as error:  # noqa: BLE001 - the thread that writes may not end, whatever somebody logs
            return {**self._common_fields(record), "message": f"A record that cannot be told: {type(error).__name__}"}

    def _format(self, record: logging.LogRecord) -> Entry:
        entry = self._common_fields(record)
        entry |= {name: known for name in _IDS if (known := getattr(record, name, UNSET)) != UNSET}
        tell: ToFields | None = getattr(record, CUSTOM_FIELDS, None)
        if tell:
            told = tell(self._redactor)
            # In this order, but nothing that it tells takes the place of what every entry says.
            return entry | {**told, **entry, "message": _escape_control(told["message"])}
        entry["message"] = _escape_control(self._redactor.redact_text(record.getMessage()))
        for name, value in vars(record).items():
            if name not in _STANDARD_ATTRIBUTES:
                entry[name] = self._redactor.redact_value(value, name)
        if record.exc_text:
            entry["exception"] = self._redactor.redact_text(record.exc_text)
        return entry

    def _common_fields(self, record: logging.LogRecord) -> Entry:
        return {
            "time": _format_time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": self._process,
            "pid": record.process,
        }


def _format_time(seconds: float) -> str:
    whole, part = divmod(round(seconds * 1e6), 10**6)
    return f"{_format_second(whole)}.{part:06}Z"


@lru_cache(maxsize=8)
def _format_second(whole: int) -> str:
    # Many records share one, and to tell it is most of what a moment costs.
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _escape_control(text: str) -> str:
    return text if text.isprintable() else text.translate(_CONTROL)


def as_json(entry: Any) -> bytes:
    """One line, without its end."""
    try:
        return orjson.dumps(entry, default=str)
    except TypeError:
        # Half a character, which only the standard library takes.
        return json.dumps(entry, default=str, ensure_ascii=False).encode(errors="replace")


def as_text(entry: Entry) -> str:
    """A line for people; what an exception says follows it, indented."""
    more = "".join(f" {name}={_format_value(value)}" for name, value in entry.items() if name not in _SHOWN_FIELDS)
    head = f"{entry['time']} {entry['level'].upper():<7} {entry['logger']} [tenant {entry.get('tenant', UNSET)}]"
    line = f"{head} {entry['message']}{more}".translate(_CONTROL)
    if trace := entry.get("exception"):
        line += "\n" + indent(trace.translate(_CONTROL_IN_LINES), "    ")
    return line


def _format_value(value: Any) -> str:
    return value if isinstance(value, str) else as_json(value).decode()
