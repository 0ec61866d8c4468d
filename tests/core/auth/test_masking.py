"""What is seen of a field that is masked."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask, g

from shop.constants.permission import Permission
from shop.core.auth.masking import Mask, add_masks
from shop.core.caller import Caller
from shop.core.logging.redaction import MASKED_MAX, mask_text

EMAIL = Mask("email", Permission.USERS_VIEW_EMAIL, owner="id")
ROW = {"id": 7, "email": "ann@example.com"}
SESSION = UUID(int=1)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("ann@example.com", "a***@e***.com"),
        ("éva@exemple.co.uk", "é***@e***.uk"),
        ("a@b@shop.example", "a***@s***.example"),
        ("root@localhost", "r***@l***"),
        ("Ann Lee", "A***"),
        ("", "***"),
        (None, None),
    ],
)
def test_an_outline_shows_how_it_begins(text: str | None, seen: str | None) -> None:
    assert mask_text(text) == seen


@pytest.mark.parametrize("text", ["a" * 254, f"a@b.{'c' * 250}", f"{'a' * 200}@{'b' * 200}.com"])
def test_an_outline_is_never_long(text: str) -> None:
    assert len(mask_text(text) or "") <= MASKED_MAX == 120


def seen_by(caller: Caller | None, rows: Any) -> Any:
    def dump(data: Any, *, many: bool = False) -> Any:
        return [dict(row) for row in data] if many else dict(data)

    with Flask(__name__).app_context():
        g.caller = caller
        return add_masks(dump, (EMAIL,))(rows, many=isinstance(rows, list))


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        (None, "a***@e***.com"),
        (Caller(8, 1, SESSION), "a***@e***.com"),
        (Caller(8, 1, SESSION, frozenset({"100001"})), "a***@e***.com"),
        (Caller(8, 1, SESSION, frozenset({"100002"})), "ann@example.com"),
        (Caller(8, 1, SESSION, is_superuser=True), "ann@example.com"),
        (Caller(7, 1, SESSION), "ann@example.com"),
    ],
)
def test_only_the_owner_and_whoever_may_see_it_in_full(caller: Caller | None, seen: str) -> None:
    assert seen_by(caller, ROW) == {"id": 7, "email": seen}
    assert seen_by(caller, [ROW]) == [{"id": 7, "email": seen}]


def test_a_route_that_asked_nobody_shows_nothing() -> None:
    with Flask(__name__).app_context():
        assert add_masks(dict, (EMAIL,))(ROW)["email"] == "a***@e***.com"


def test_an_answer_without_the_field_stays_as_it_is() -> None:
    assert seen_by(None, {"id": 7}) == {"id": 7}
