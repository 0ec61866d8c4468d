"""Ids of parametrised cases."""

from datetime import UTC, datetime

import pytest

from tests.support.case_ids import LENGTH_MAX, describe_case

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"quantity": 3, "note": None}, "quantity=3,note=None"),
        ({"data": {"id": 7}, "tags": ["a", "b"]}, "data=(id=7),tags=(a,b)"),
        (("first", 2), "first,2"),
        ([{}], "()"),
        ({}, "empty"),
        ({"name": "é\n"}, r"name=\xe9\n"),
        ({3, 15, 7}, "15,3,7"),
        ({"at": NOON, "note": "x"}, "at,note"),
        (KeyError("text"), "KeyError"),
    ],
    ids=str,
)
def test_a_case_is_described_by_its_values(value: object, expected: str) -> None:
    assert describe_case(value) == expected


@pytest.mark.parametrize("value", ["text", 7, None, NOON, [NOON], {NOON: 1}], ids=str)
def test_other_values_are_left_to_pytest(value: object) -> None:
    assert describe_case(value) is None


def test_a_long_description_is_truncated() -> None:
    text = describe_case({"name": "x" * 200})
    assert text is not None
    assert len(text) == LENGTH_MAX
    assert text.endswith("x...")
