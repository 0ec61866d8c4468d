"""Masked text and masked response fields."""

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
    ("text", "masked"),
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
def test_masked_text_keeps_the_first_letter_of_each_part(text: str | None, masked: str | None) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text", ["a" * 254, f"a@b.{'c' * 250}", f"{'a' * 200}@{'b' * 200}.com"], ids=lambda text: text[:10]
)
def test_masked_text_has_a_maximum_length(text: str) -> None:
    assert len(mask_text(text) or "") <= MASKED_MAX == 120


def dump_for(caller: Caller | None, rows: Any) -> Any:
    def dump(data: Any, *, many: bool = False) -> Any:
        return [dict(row) for row in data] if many else dict(data)

    with Flask(__name__).app_context():
        g.caller = caller
        return add_masks(dump, (EMAIL,))(rows, many=isinstance(rows, list))


@pytest.mark.parametrize(
    ("caller", "email"),
    [
        (None, "a***@e***.com"),
        (Caller(8, 1, SESSION), "a***@e***.com"),
        (Caller(8, 1, SESSION, frozenset({"100001"})), "a***@e***.com"),
        (Caller(8, 1, SESSION, frozenset({"100002"})), "ann@example.com"),
        (Caller(8, 1, SESSION, is_superuser=True), "ann@example.com"),
        (Caller(7, 1, SESSION), "ann@example.com"),
    ],
)
def test_only_the_owner_and_permitted_callers_see_the_full_field(caller: Caller | None, email: str) -> None:
    assert dump_for(caller, ROW) == {"id": 7, "email": email}
    assert dump_for(caller, [ROW]) == [{"id": 7, "email": email}]


def test_a_route_without_authentication_masks_the_field() -> None:
    with Flask(__name__).app_context():
        assert add_masks(dict, (EMAIL,))(ROW)["email"] == "a***@e***.com"


def test_a_row_without_the_field_stays_unchanged() -> None:
    assert dump_for(None, {"id": 7}) == {"id": 7}
