"""Values: texts of a question as what a word holds, and what a cursor carries of them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.query.errors import Unheard
from shop.core.query.spec import Kind, Word
from shop.core.query.values import pack, read_value, unpack

UUID_TEXT = "0198c0de-7f2a-7c31-9d5e-3f1b2a4c6d8e"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "text", "value"),
    [
        (Word.phrase(), "tea", "tea"),
        (Word.phrase(), " ", " "),
        (Word.whole(), "0", 0),
        (Word.whole(), "-7", -7),
        (Word.whole(), "007", 7),
        (Word.truth(), "true", True),
        (Word.truth(), "false", False),
        (Word.uuid(), UUID_TEXT, UUID(UUID_TEXT)),
        (Word.uuid(), UUID_TEXT.upper(), UUID(UUID_TEXT)),
        (Word.moment(), "2026-01-31T12:00:00Z", NOON),
        (Word.moment(), "2026-01-31t13:30:00+01:30", NOON),
        (Word.moment(), "2026-01-31 12:00:00.000001z", NOON + timedelta(microseconds=1)),
        (Word.choice(["a", "b"]), "b", "b"),
    ],
)
def test_a_text_becomes_what_the_word_holds(word: Word, text: str, value: object) -> None:
    assert read_value("name", word, text) == value


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (Word.phrase(), ""),
        (Word.phrase(), "a" * 201),
        (Word.whole(), "1.0"),
        (Word.whole(), "1e3"),
        (Word.whole(), "+1"),
        (Word.whole(), " 1"),
        (Word.whole(), "٣"),
        (Word.whole(), "1" * 19),
        (Word.truth(), "True"),
        (Word.truth(), "1"),
        (Word.uuid(), UUID_TEXT.replace("-", "")),
        (Word.uuid(), "{" + UUID_TEXT + "}"),
        (Word.moment(), "2026-01-31"),
        (Word.moment(), "2026-01-31T12:00:00"),
        (Word.moment(), "2026-13-01T12:00:00Z"),
        (Word.moment(), "2026-01-31T24:00:01Z"),
        (Word.moment(), "2026-01-31T12:00:00+25:00"),
        (Word.moment(), "0001-01-01T00:00:00+05:00"),
        (Word.moment(), "9999-12-31T23:59:59-05:00"),
        (Word.moment(), "1738324800"),
        (Word.choice(["a", "b"]), "c"),
    ],
)
def test_a_text_that_the_word_cannot_hold_is_refused(word: Word, text: str) -> None:
    with pytest.raises(Unheard, match=r"^name "):
        read_value("name", word, text)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])))
def test_a_moment_survives_its_cursor(moment: datetime) -> None:
    assert unpack(Kind.MOMENT, pack(moment)) == moment


@given(st.one_of(st.text(), st.integers(-(2**63), 2**63 - 1), st.booleans(), st.none()))
def test_a_plain_value_survives_its_cursor(value: Any) -> None:
    assert unpack(Kind.TEXT, pack(value)) == value


@given(st.uuids())
def test_a_uuid_survives_its_cursor(value: UUID) -> None:
    assert unpack(Kind.UUID, pack(value)) == value
