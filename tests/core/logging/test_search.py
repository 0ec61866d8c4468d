"""Looking up what was logged."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from shop.core.logging.search import RESULTS_MAX, LogSearch
from shop.core.pagination.pages import PageRequest
from shop.core.settings.settings import Settings
from shop.services.log import LogService


def book_of(folder: Path, *entries: dict[str, Any] | bytes) -> LogSearch:
    lines = [entry if isinstance(entry, bytes) else orjson.dumps({"time": "t", **entry}) for entry in entries]
    (folder / "shop-2026-11-20.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return LogSearch(Settings(log_file=str(folder)))


def test_a_word_counts_where_it_was_looked_for_and_whole(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        {"request_id": "a", "n": 1},
        {"request_id": "ab", "n": 2},
        {"request_id": "b", "message": 'it said "a"', "about": ["a"], "n": 3},
        {"request_id": "c", "about": ["x", "a", "y"], "n": 4},
    )

    assert [entry["n"] for entry in book.find("request_id", ["a"])] == [1]
    assert [entry["n"] for entry in book.find("about", ["a"])] == [3, 4]
    assert [entry["n"] for entry in book.find("request_id", ["a", "c"])] == [1, 4]
    assert book.find("request_id", []) == []


@pytest.mark.parametrize("torn", [b'{"request_id":"a","mess', b'"a"', b"\xff\xfe", b"", b'["a"]', b"null"])
def test_a_line_that_is_none_is_passed_over(tmp_path: Path, torn: bytes) -> None:
    book = book_of(tmp_path, {"request_id": "a", "n": 1}, torn, {"request_id": "a", "n": 2})

    assert [entry["n"] for entry in book.find("request_id", ["a"])] == [1, 2]


def test_a_search_finds_a_bounded_number(tmp_path: Path) -> None:
    book = book_of(tmp_path, *({"request_id": "a", "n": n} for n in range(RESULTS_MAX + 5)))

    assert len(book.find("request_id", ["a"])) == RESULTS_MAX


def test_others_who_use_the_same_id_hide_nothing(tmp_path: Path) -> None:
    others = ({"request_id": "a", "tenant": "2"} for _ in range(RESULTS_MAX))
    book = book_of(tmp_path, *others, {"request_id": "a", "tenant": "1", "n": 1}, {"request_id": "a"})

    assert [entry["more"]["n"] for entry in LogService(book).page(1, "a", PageRequest()).rows] == [1]


def test_it_knows_whether_anything_is_kept(tmp_path: Path) -> None:
    assert book_of(tmp_path).is_available
    assert LogSearch(Settings(log_mongo_url="mongodb://db/shop")).is_available
    assert not LogSearch(Settings()).is_available
