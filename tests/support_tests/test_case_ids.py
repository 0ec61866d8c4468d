"""Ids of parametrised cases."""

from datetime import UTC, datetime

import pytest

from tests.support.case_ids import LENGTH_MAX, describe_case


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"quantity": 3, "note": None}, "quantity=3,note=None"),
        ({"data": {"id": 7}, "tags": ["a", "b"]}, "data=(id=7),tags=(a,b)"),
        (("first", 2), "first,2"),
        ([{}], "()"),
        ({}, "empty"),
        ({"name": "é\n"}, r"name=\xe9\n"),
        (KeyError("text"), "KeyError"),
    ],
    ids=str,
)
def test_a_case_is_described_by_its_values(value: object, expected: str) -> None:
    assert describe_case(value) == expected


@pytest.mark.parametrize("value", ["text", 7, None, {"at": datetime(2026, 1, 1, tzinfo=UTC)}, {1, 2}], ids=str)
def test_other_values_are_left_to_pytest(value: object) -> None:
    assert describe_case(value) is None


def test_a_long_description_is_truncated() -> None:
    text = describe_case({"name": "x" * 200})
    assert text is not None
    assert len(text) == LENGTH_MAX
    assert text.endswith("x...")
