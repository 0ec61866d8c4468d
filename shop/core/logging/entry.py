"""What a record becomes: an entry of JSON-safe values without secrets, and the lines that show it."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from textwrap import indent
from typing import Any

import orjson

from shop.core.logging.redaction import Secrecy

Entry = dict[str, Any]
# Given by whoever logs: the members of a record of another kind, its message among them, as they may be written. It is
# asked in the thread that writes.
TELL = "tell"
Tell = Callable[[Secrecy], Mapping[str, Any]]
NOBODY = "-"
_IDS = ("tenant", "request_id", "trace_id", "job")
_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "entry", "line", TELL, *_IDS}
# What a line for people says already, or leaves to the JSON.
_SAID = {"time", "level", "logger", "message", "tenant", "process", "pid", "trace_id", "exception"}
_SAID |= {"method", "path", "status", "ms"}
# A line that is read by people ends where the record ends, and rings no bell.
_CONTROL = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))} | {9: "\t"}
_INSIDE = {number: shown for number, shown in _CONTROL.items() if number != 10}


class Scribe:
    """Writes entries for one process."""

    def __init__(self, secrecy: Secrecy, process: str) -> None:
        self._secrecy = secrecy
        self._process = process

    def describe(self, record: logging.LogRecord) -> Entry:
        """The entry of a record; whatever is wrong with it, there is one."""
        try:
            return self._describe(record)
        except Exception as error:  # noqa: BLE001 - the thread that writes may not end, whatever somebody logs
            return {**self._head(record), "message": f"A record that cannot be told: {type(error).__name__}"}

    def _describe(self, record: logging.LogRecord) -> Entry:
        entry = self._head(record)
        entry |= {name: known for name in _IDS if (known := getattr(record, name, NOBODY)) != NOBODY}
        tell: Tell | None = getattr(record, TELL, None)
        if tell:
            told = tell(self._secrecy)
            # In this order, but nothing that it tells takes the place of what every entry says.
            return entry | {**told, **entry, "message": _line(told["message"])}
        entry["message"] = _line(self._secrecy.scrub(record.getMessage()))
        for name, value in vars(record).items():
            if name not in _USUAL:
                entry[name] = self._secrecy.hide(value, name)
        if record.exc_text:
            entry["exception"] = self._secrecy.scrub(record.exc_text)
        return entry

    def _head(self, record: logging.LogRecord) -> Entry:
        return {
            "time": _moment(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": self._process,
            "pid": record.process,
        }


def _moment(seconds: float) -> str:
    whole, part = divmod(round(seconds * 1e6), 10**6)
    return f"{_second(whole)}.{part:06}Z"


@lru_cache(maxsize=8)
def _second(whole: int) -> str:
    # Many records share one, and to tell it is most of what a moment costs.
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _line(text: str) -> str:
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
    more = "".join(f" {name}={_brief(value)}" for name, value in entry.items() if name not in _SAID)
    head = f"{entry['time']} {entry['level'].upper():<7} {entry['logger']} [tenant {entry.get('tenant', NOBODY)}]"
    line = f"{head} {entry['message']}{more}".translate(_CONTROL)
    if trace := entry.get("exception"):
        line += "\n" + indent(trace.translate(_INSIDE), "    ")
    return line


def _brief(value: Any) -> str:
    return value if isinstance(value, str) else as_json(value).decode()
