"""Timestamps in responses: RFC 3339, in UTC, with a Z."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from shop.core.clock import format_rfc3339
from shop.core.validation.fields import MOMENT_PATTERN
from tests.support.openapi_document import Document


def properties(value: Any) -> Iterator[tuple[str, Document]]:
    """Yield every property of every schema of the document."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from properties(inner)
    if isinstance(value, dict) and isinstance(value.get("properties"), dict):
        yield from value["properties"].items()


def test_every_timestamp_field_documents_its_format(document: Document) -> None:
    timestamps = [(name, schema) for name, schema in properties(document) if name.endswith("_at") or name == "time"]

    assert {name for name, _ in timestamps} >= {"created_at", "updated_at", "expires_at", "refreshed_at", "time"}
    expected = ("date-time", MOMENT_PATTERN)
    assert [name for name, schema in timestamps if (schema.get("format"), schema.get("pattern")) != expected] == []


def test_no_other_field_has_a_date_format(document: Document) -> None:
    formats = {name: str(schema.get("format", "")) for name, schema in properties(document)}
    dates = {name for name, text in formats.items() if text.startswith(("date", "time"))}

    assert {name for name in dates if not name.endswith("_at")} == {"time"}


@pytest.mark.parametrize("moment", ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456Z"])
def test_a_timestamp_ends_with_a_z(moment: str) -> None:
    assert re.match(MOMENT_PATTERN, moment)


@pytest.mark.parametrize(
    "text",
    ["2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-01-31T12:00:00+00:00", "2026-01-31T12:00:00+08:00",
     "2026-01-31", "2026-01-31T12:00Z"],
)  # fmt: skip
def test_other_forms_are_no_timestamp(text: str) -> None:
    assert not re.match(MOMENT_PATTERN, text)


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30))], ids=str
)
def test_a_timestamp_of_any_zone_is_formatted_in_utc(zone: timezone) -> None:
    moment = datetime(2026, 1, 31, 12, 0, 0, 7, zone)

    assert re.match(MOMENT_PATTERN, format_rfc3339(moment))
    assert datetime.fromisoformat(format_rfc3339(moment)) == moment
