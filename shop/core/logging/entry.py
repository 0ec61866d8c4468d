"""Log entries: records as JSON-safe values without secrets, and their lines."""

import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from textwrap import indent
from typing import Any

import orjson

from shop.core.logging.redaction import Redactor

Entry = dict[str, Any]
# Attribute of a record with fields of its own: a function that returns them, `message` included, with secrets masked.
# It is called in the writer thread.
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
# Fields that the text form has in its fixed part or leaves out.
_SHOWN_FIELDS = {"time", "level", "logger", "message", "tenant", "process", "pid", "trace_id", "exception"}
_SHOWN_FIELDS |= {"method", "path", "status", "ms"}
# Characters that separate lines, or change the direction of the text around them.
_SEPARATORS = (0x2028, 0x2029)
_DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
# They and control characters are escaped, so that a record can neither forge a line nor control the terminal.
_CONTROL = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))} | {9: "\t"}
_CONTROL |= {number: f"\\u{number:04x}" for number in (*_SEPARATORS, *_DIRECTIONS)}
# The same in JSON, which escapes only the first 32 itself: each character in UTF-8, and its escape.
_JSON_ESCAPES = {chr(number).encode(): f"\\u{number:04x}".encode() for number in _CONTROL if number >= 32}
_json_pattern = re.compile(b"|".join(_JSON_ESCAPES))
# SQLAlchemy ends its messages with a line that links to its own documentation.
_LIBRARY_LINK = re.compile(r"\s*\(Background on this error at: [^)\s]*\)")
_CONTROL_IN_LINES = {number: shown for number, shown in _CONTROL.items() if number != 10}


class EntryFormatter:
    """Formatter of the records of one process."""

    def __init__(self, redactor: Redactor, process: str) -> None:
        self._redactor = redactor
        self._process = process

    def format(self, record: logging.LogRecord) -> Entry:
        """Return the entry of a record.

        An entry with the common fields is returned for a record that cannot be formatted.
        """
        try:
            return self._format(record)
        except Exception as error:  # noqa: BLE001 - no record may end the writer thread
            message = f"A record that cannot be formatted: {type(error).__name__}"
            return {**self._common_fields(record), "message": message}

    def _format(self, record: logging.LogRecord) -> Entry:
        entry = self._common_fields(record)
        entry |= {name: value for name in _IDS if (value := getattr(record, name, UNSET)) != UNSET}
        to_fields: ToFields | None = getattr(record, CUSTOM_FIELDS, None)
        if to_fields:
            fields = to_fields(self._redactor)
            # The common fields come first, and custom fields do not replace them.
            return {**entry, **fields, **entry, "message": _escape_control(fields["message"])}
        entry["message"] = _escape_control(self._clean_text(record.getMessage()))
        for name, value in vars(record).items():
            if name not in _STANDARD_ATTRIBUTES:
                entry[name] = self._redactor.redact_value(value, name)
        if record.exc_text:
            entry["exception"] = self._clean_text(record.exc_text)
        return entry

    def _clean_text(self, text: str) -> str:
        if "(Background on" in text:
            text = _LIBRARY_LINK.sub("", text)
        return self._redactor.redact_text(text)

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
    # Many records share a second, and its formatting is most of the cost of a time.
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _escape_control(text: str) -> str:
    return text if text.isprintable() else text.translate(_CONTROL)


def as_json(entry: Any) -> bytes:
    """Render an entry as one line of JSON, without a newline."""
    try:
        line = orjson.dumps(entry, default=str)
    except TypeError:
        # A lone surrogate, which only the standard library accepts.
        line = json.dumps(entry, default=str, ensure_ascii=False).encode(errors="replace")
    return line if line.isascii() and b"\x7f" not in line else _json_pattern.sub(_escape_in_json, line)


def _escape_in_json(match: re.Match[bytes]) -> bytes:
    return _JSON_ESCAPES[match[0]]


def as_text(entry: Entry) -> str:
    """Render an entry as text, followed by its indented exception."""
    fields = "".join(f" {name}={_format_value(value)}" for name, value in entry.items() if name not in _SHOWN_FIELDS)
    head = f"{entry['time']} {entry['level'].upper():<7} {entry['logger']} [tenant {entry.get('tenant', UNSET)}]"
    line = _escape_control(f"{head} {entry['message']}{fields}")
    if exception := entry.get("exception"):
        line += "\n" + indent(exception.translate(_CONTROL_IN_LINES), "    ")
    return line


def _format_value(value: Any) -> str:
    return value if isinstance(value, str) else as_json(value).decode()
