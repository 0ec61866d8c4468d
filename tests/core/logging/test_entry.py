"""What a record becomes."""

import logging
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from shop.core.logging.entry import Entry, EntryFormatter, as_json, as_text
from shop.core.logging.redaction import Redactor
from shop.core.logging.setup import TracedRecord
from shop.core.tenant import in_tenant
from shop.core.trace import in_job


def record_of(message: str, *values: Any, **more: Any) -> logging.LogRecord:
    record = TracedRecord("shop.core.x", logging.WARNING, "x.py", 7, message, values, None)
    vars(record).update(more)
    return record


def entry_of(record: logging.LogRecord) -> Entry:
    return EntryFormatter(Redactor(), "web").format(record)


def test_an_entry_says_when_who_what_and_whose() -> None:
    with in_tenant(7), in_job("job-1", {"request_id": "r-1", "trace_id": "t-1"}):
        record = record_of("Item %s is gone", 3, subject="item 3")
    record.created = datetime(2026, 11, 20, 12, 30, 0, 250_000, UTC).timestamp()

    entry = entry_of(record)

    assert entry == {
        "time": "2026-11-20T12:30:00.250000Z", "level": "warning", "logger": "shop.core.x",
        "message": "Item 3 is gone", "process": "web", "pid": record.process, "tenant": "7", "request_id": "r-1",
        "trace_id": "t-1", "job": "job-1", "subject": "item 3",
    }  # fmt: skip


def test_what_is_not_known_is_not_said() -> None:
    assert not {"tenant", "request_id", "trace_id", "job", "exception"} & entry_of(record_of("x")).keys()


def test_secrets_are_starred_in_the_sentence_in_its_members_and_in_the_trace() -> None:
    record = record_of("It said password=%s", "Hunter-2", given={"deep": [{"token": "Hunter-2"}]})
    record.exc_text = 'ValueError: {"password": "Hunter-2"}'

    told = as_json(entry_of(record)).decode()

    assert "Hunter" not in told
    assert told.count("***") == 3


def test_nobody_forges_the_members_that_every_entry_has() -> None:
    entry = entry_of(
        record_of("x", tell=lambda _: {"message": "y", "level": "info", "time": "never", "pid": 1, "more": 1})
    )

    assert (entry["level"], entry["more"]) == ("warning", 1)
    assert entry["time"] != "never"


@pytest.mark.parametrize(
    "more", [{"custom_fields": lambda _: 1 / 0}, {"odd": type("Odd", (), {"__str__": lambda _: 1 / 0})()}]
)
def test_a_record_that_cannot_be_told_is_an_entry_all_the_same(more: dict[str, Any]) -> None:
    entry = entry_of(record_of("x", **more))

    assert entry["message"] == "A record that cannot be told: ZeroDivisionError"
    assert entry["logger"] == "shop.core.x"


def test_half_characters_are_written() -> None:
    entry = entry_of(record_of("half \ud800", more={"x\udc00": "\ud800"}))

    assert orjson.loads(as_json(entry))["message"] == "half ?"
    assert as_text(entry)


def test_a_line_for_people_ends_where_the_record_ends() -> None:
    record = record_of("one\n2026-01-01T00:00:00Z ERROR forged\r\x1b[31m", path="/x\ny")
    record.exc_text = "Traceback:\n  line\nValueError: a\nforged\x1b"

    lines = as_text(entry_of(record)).split("\n")

    assert len([line for line in lines if not line.startswith("    ")]) == 1
    assert "\\x0a2026-01-01" in lines[0]
    assert "\x1b" not in "".join(lines)
