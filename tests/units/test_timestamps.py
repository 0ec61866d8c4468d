"""Moments: aware, in UTC, as RFC 3339 writes them with a Z, wherever one is told."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from shop.core.clock import format_rfc3339
from shop.core.validation.fields import MOMENT_PATTERN
from tests.openapi.test_document import Document


def properties(value: Any) -> Iterator[tuple[str, Document]]:
    """Every property of every schema of the document."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from properties(inner)
    if isinstance(value, dict) and isinstance(value.get("properties"), dict):
        yield from value["properties"].items()


def test_every_field_that_tells_a_moment_says_how_it_is_written(document: Document) -> None:
    told = [(name, schema) for name, schema in properties(document) if name.endswith("_at") or name == "time"]

    assert {name for name, _ in told} >= {"created_at", "updated_at", "expires_at", "refreshed_at", "time"}
    assert [name for name, it in told if (it.get("format"), it.get("pattern")) != ("date-time", MOMENT_PATTERN)] == []


def test_nothing_else_is_a_date(document: Document) -> None:
    dates = {name for name, it in properties(document) if str(it.get("format", "")).startswith(("date", "time"))}

    assert {name for name in dates if not name.endswith("_at")} == {"time"}


@pytest.mark.parametrize("moment", ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456Z"])
def test_a_moment_ends_with_a_z(moment: str) -> None:
    assert re.match(MOMENT_PATTERN, moment)


@pytest.mark.parametrize(
    "text",
    ["2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-01-31T12:00:00+00:00", "2026-01-31T12:00:00+08:00",
     "2026-01-31", "2026-01-31T12:00Z"],
)  # fmt: skip
def test_nothing_else_is_a_moment(text: str) -> None:
    assert not re.match(MOMENT_PATTERN, text)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30))])
def test_a_moment_of_any_zone_is_told_in_utc(zone: timezone) -> None:
    moment = datetime(2026, 1, 31, 12, 0, 0, 7, zone)

    assert re.match(MOMENT_PATTERN, format_rfc3339(moment))
    assert datetime.fromisoformat(format_rfc3339(moment)) == moment
