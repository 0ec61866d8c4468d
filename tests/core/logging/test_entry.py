"""Formatting of records."""

import logging
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy.exc import OperationalError

from shop.core.logging.entry import Entry, EntryFormatter, as_json, as_text
from shop.core.logging.redaction import Redactor
from shop.core.logging.setup import TracedRecord
from shop.core.tenant import in_tenant
from shop.core.trace import in_job


def record_of(message: str, *arguments: Any, **attributes: Any) -> logging.LogRecord:
    record = TracedRecord("shop.core.x", logging.WARNING, "x.py", 7, message, arguments, None)
    vars(record).update(attributes)
    return record


def entry_of(record: logging.LogRecord) -> Entry:
    return EntryFormatter(Redactor(), "web").format(record)


def test_an_entry_has_time_origin_message_and_context() -> None:
    with in_tenant(7), in_job("job-1", {"request_id": "r-1", "trace_id": "t-1"}):
        record = record_of("Item %s is gone", 3, subject="item 3")
    record.created = datetime(2026, 11, 20, 12, 30, 0, 250_000, UTC).timestamp()

    entry = entry_of(record)

    assert entry == {
        "time": "2026-11-20T12:30:00.250000Z", "level": "warning", "logger": "shop.core.x",
        "message": "Item 3 is gone", "process": "web", "pid": record.process, "tenant": "7", "request_id": "r-1",
        "trace_id": "t-1", "job": "job-1", "subject": "item 3",
    }  # fmt: skip


def test_unknown_fields_are_left_out() -> None:
    assert not {"tenant", "request_id", "trace_id", "job", "exception"} & entry_of(record_of("x")).keys()


def test_secrets_are_masked_in_message_fields_and_traceback() -> None:
    record = record_of("It said password=%s", "Hunter-2", given={"deep": [{"token": "Hunter-2"}]})
    record.exc_text = 'ValueError: {"password": "Hunter-2"}'

    line = as_json(entry_of(record)).decode()

    assert "Hunter" not in line
    assert line.count("***") == 3


def test_custom_fields_do_not_replace_common_fields() -> None:
    fields = {"message": "y", "level": "info", "time": "never", "pid": 1, "more": 1}

    entry = entry_of(record_of("x", custom_fields=lambda _: fields))

    assert (entry["level"], entry["more"]) == ("warning", 1)
    assert entry["time"] != "never"


@pytest.mark.parametrize(
    "attributes", [{"custom_fields": lambda _: 1 / 0}, {"odd": type("Odd", (), {"__str__": lambda _: 1 / 0})()}]
)
def test_a_record_that_cannot_be_formatted_gives_an_entry(attributes: dict[str, Any]) -> None:
    entry = entry_of(record_of("x", **attributes))

    assert entry["message"] == "A record that cannot be formatted: ZeroDivisionError"
    assert entry["logger"] == "shop.core.x"


def test_lone_surrogates_are_written() -> None:
    entry = entry_of(record_of("half \ud800", more={"x\udc00": "\ud800"}))

    assert orjson.loads(as_json(entry))["message"] == "half ?"
    assert as_text(entry)


def test_a_text_line_cannot_be_forged_by_a_message() -> None:
    record = record_of("one\n2026-01-01T00:00:00Z ERROR forged\r\x1b[31m", path="/x\ny")
    record.exc_text = "Traceback:\n  line\nValueError: a\nforged\x1b"

    lines = as_text(entry_of(record)).split("\n")

    assert len([line for line in lines if not line.startswith("    ")]) == 1
    assert "\\x0a2026-01-01" in lines[0]
    assert "\x1b" not in "".join(lines)


def test_links_of_the_database_library_are_left_out() -> None:
    error = OperationalError("SELECT 1", {}, ConnectionError("gone"))
    assert "Background on this error" in str(error)
    record = record_of("It failed: %s", error)
    record.exc_text = f"Traceback\n{error}"

    entry = entry_of(record)

    assert "Background on this error" not in as_json(entry).decode()
    assert entry["exception"].endswith("[SQL: SELECT 1]")


DIRECTIONS = ["\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c", "\x85", "\x7f"]


@pytest.mark.parametrize("letter", DIRECTIONS, ids=ascii)
def test_no_line_has_a_separator_or_a_change_of_direction(letter: str) -> None:
    record = record_of("It said %s", f"a{letter}b", header=f"c{letter}d", deep={f"e{letter}f": [f"g{letter}h"]})
    record.exc_text = f"ValueError: i{letter}j"
    entry = entry_of(record)

    text, line = as_text(entry), as_json(entry)

    assert letter not in text
    assert letter not in line.decode()
    assert len(line.decode().splitlines()) == 1
    # The values are whole.
    assert orjson.loads(line) == entry
    assert entry["header"] == f"c{letter}d"


def test_other_letters_stay_as_they_are() -> None:
    value = "Zo\u00eb שלום 茶 👩\u200d👧"
    entry = entry_of(record_of("%s", value))
    assert value in as_text(entry)
    assert value in as_json(entry).decode()
