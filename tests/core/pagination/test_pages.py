"""Metadata and links of pages, and signed cursors."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shop.core.crypto.tokens import Tokens
from shop.core.errors import ShopError
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.links import ListUrl
from shop.core.pagination.pages import CursorPage, Page, PageRequest
from shop.core.settings.settings import Settings

LIST_URL = ListUrl("/orders", {})
POSITION = {"at": 1_790_000_000_000_000, "id": "018f"}


def meta_of(page: int, total: int, *, rows: int = 2, per_page: int = 2) -> dict[str, Any]:
    return Page([0] * rows, total, PageRequest(page, per_page)).meta(ListUrl("/items", {}))


@pytest.fixture
def signer_with(tmp_path: Path) -> Callable[..., CursorSigner]:
    def make(active: str, **keys: str) -> CursorSigner:
        path = tmp_path / f"{active}.json"
        path.write_text(json.dumps({"active": active, "keys": {kid: key * 32 for kid, key in keys.items()}}))
        return CursorSigner(Tokens(Settings(jwt_keys_file=str(path))))

    return make


def test_a_page_in_the_middle_has_all_metadata() -> None:
    assert meta_of(2, 5) == {
        "total": 5,
        "count": 2,
        "per_page": 2,
        "current_page": 2,
        "total_pages": 3,
        "links": {"previous": "/items?page=1&per_page=2", "next": "/items?page=3&per_page=2"},
    }


def test_links_are_null_at_the_ends() -> None:
    assert meta_of(1, 5)["links"]["previous"] is None
    assert meta_of(3, 5, rows=1)["links"] == {"previous": "/items?page=2&per_page=2", "next": None}


def test_an_empty_list_is_one_page() -> None:
    meta = meta_of(1, 0, rows=0)
    assert (meta["total"], meta["count"], meta["total_pages"]) == (0, 0, 1)
    assert meta["links"] == {"previous": None, "next": None}


@pytest.mark.parametrize(("total", "pages"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
def test_the_last_page_may_be_half_full(total: int, pages: int) -> None:
    assert meta_of(1, total)["total_pages"] == pages


def test_the_page_behind_the_last_one_links_to_it() -> None:
    assert meta_of(4, 5, rows=0)["links"] == {"previous": "/items?page=3&per_page=2", "next": None}


def test_a_page_far_behind_the_last_one_has_no_links() -> None:
    assert meta_of(9, 5, rows=0)["links"] == {"previous": None, "next": None}


def test_the_offset_of_a_page_counts_the_rows_before_it() -> None:
    assert [PageRequest(page, 15).offset for page in (1, 2, 3)] == [0, 15, 30]


def test_a_page_with_other_rows_keeps_its_metadata() -> None:
    page = Page([1, 2], 5, PageRequest(2, 2))
    assert page.with_rows(["one", "two"]).meta(LIST_URL) == page.meta(LIST_URL)


def test_a_cursor_page_ends_with_null() -> None:
    assert CursorPage([1], "abc", 1).meta(LIST_URL)["links"] == {"next": "/orders?cursor=abc&per_page=1"}
    last = CursorPage([1], None, 1).meta(LIST_URL)
    assert (last["next_cursor"], last["links"]) == (None, {"next": None})


def test_reading_a_cursor_returns_its_position(signer_with: Callable[..., CursorSigner]) -> None:
    signer = signer_with("a", a="1")
    assert signer.read(signer.sign(POSITION), "at", "id") == POSITION


def test_a_cursor_with_one_changed_character_is_refused(signer_with: Callable[..., CursorSigner]) -> None:
    signer = signer_with("a", a="1")
    cursor = signer.sign(POSITION)
    for index, letter in enumerate(cursor[:-1]):
        forged = cursor[:index] + ("A" if letter != "A" else "B") + cursor[index + 1 :]
        with pytest.raises(ShopError) as refused:
            signer.read(forged, "at", "id")
        assert (refused.value.code.status, refused.value.facts) == (422, {"field": "cursor"})


@pytest.mark.parametrize("text", ["x", ".", "a.b", "e30.", "=", "é.é", "." * 50])
def test_a_text_that_is_no_cursor_is_refused(signer_with: Callable[..., CursorSigner], text: str) -> None:
    with pytest.raises(ShopError):
        signer_with("a", a="1").read(text, "at", "id")


def test_a_cursor_of_another_key_is_refused(signer_with: Callable[..., CursorSigner]) -> None:
    with pytest.raises(ShopError):
        signer_with("a", a="1").read(signer_with("b", b="2").sign(POSITION), "at", "id")


def test_a_cursor_survives_a_key_rotation(signer_with: Callable[..., CursorSigner]) -> None:
    before, after = signer_with("a", a="1"), signer_with("b", b="2", a="1")
    assert after.read(before.sign(POSITION), "at", "id") == POSITION
    assert signer_with("c", c="3", b="2").read(after.sign(POSITION), "at", "id") == POSITION


def test_a_cursor_of_another_list_is_refused(signer_with: Callable[..., CursorSigner]) -> None:
    signer = signer_with("a", a="1")
    with pytest.raises(ShopError):
        signer.read(signer.sign(POSITION), "id")
