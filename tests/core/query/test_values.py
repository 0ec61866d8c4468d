"""Conversion of query texts, and of values in cursors."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.query.errors import QueryError
from shop.core.query.spec import FieldSpec, Kind
from shop.core.query.values import pack_value, parse_value, unpack_value

UUID_TEXT = "0198c0de-7f2a-7c31-9d5e-3f1b2a4c6d8e"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (FieldSpec.searchable_text(), "tea", "tea"),
        (FieldSpec.searchable_text(), " ", " "),
        (FieldSpec.integer(), "0", 0),
        (FieldSpec.integer(), "-7", -7),
        (FieldSpec.integer(), "007", 7),
        (FieldSpec.boolean(), "true", True),
        (FieldSpec.boolean(), "false", False),
        (FieldSpec.uuid(), UUID_TEXT, UUID(UUID_TEXT)),
        (FieldSpec.uuid(), UUID_TEXT.upper(), UUID(UUID_TEXT)),
        (FieldSpec.datetime(), "2026-01-31T12:00:00Z", NOON),
        (FieldSpec.datetime(), "2026-01-31t13:30:00+01:30", NOON),
        (FieldSpec.datetime(), "2026-01-31 12:00:00.000001z", NOON + timedelta(microseconds=1)),
        (FieldSpec.choice(["a", "b"]), "b", "b"),
    ],
)
def test_a_text_is_converted_to_the_type_of_the_field(field: FieldSpec, text: str, value: object) -> None:
    assert parse_value("name", field, text) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (FieldSpec.searchable_text(), ""),
        (FieldSpec.searchable_text(), "a" * 201),
        (FieldSpec.integer(), "1.0"),
        (FieldSpec.integer(), "1e3"),
        (FieldSpec.integer(), "+1"),
        (FieldSpec.integer(), " 1"),
        (FieldSpec.integer(), "٣"),
        (FieldSpec.integer(), "1" * 19),
        (FieldSpec.boolean(), "True"),
        (FieldSpec.boolean(), "1"),
        (FieldSpec.uuid(), UUID_TEXT.replace("-", "")),
        (FieldSpec.uuid(), "{" + UUID_TEXT + "}"),
        (FieldSpec.datetime(), "2026-01-31"),
        (FieldSpec.datetime(), "2026-01-31T12:00:00"),
        (FieldSpec.datetime(), "2026-13-01T12:00:00Z"),
        (FieldSpec.datetime(), "2026-01-31T24:00:01Z"),
        (FieldSpec.datetime(), "2026-01-31T12:00:00+25:00"),
        (FieldSpec.datetime(), "0001-01-01T00:00:00+05:00"),
        (FieldSpec.datetime(), "9999-12-31T23:59:59-05:00"),
        (FieldSpec.datetime(), "1738324800"),
        (FieldSpec.choice(["a", "b"]), "c"),
    ],
)
def test_a_text_of_another_type_than_the_field_is_refused(field: FieldSpec, text: str) -> None:
    with pytest.raises(QueryError, match=r"^name "):
        parse_value("name", field, text)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])))
def test_a_moment_is_unchanged_after_packing(moment: datetime) -> None:
    assert unpack_value(Kind.DATETIME, pack_value(moment)) == moment


@given(st.one_of(st.text(), st.integers(-(2**63), 2**63 - 1), st.booleans(), st.none()))
def test_a_plain_value_is_unchanged_after_packing(value: Any) -> None:
    assert unpack_value(Kind.TEXT, pack_value(value)) == value


@given(st.uuids())
def test_a_uuid_is_unchanged_after_packing(value: UUID) -> None:
    assert unpack_value(Kind.UUID, pack_value(value)) == value
