"""Log search in daily files."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from shop.core.logging.search import RESULTS_MAX, LogSearch
from shop.core.pagination.pages import PageRequest
from shop.core.settings.settings import Settings
from shop.services.log import LogService


def search_of(folder: Path, *entries: dict[str, Any] | bytes) -> LogSearch:
    lines = [entry if isinstance(entry, bytes) else orjson.dumps({"time": "t", **entry}) for entry in entries]
    (folder / "shop-2026-11-20.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return LogSearch(Settings(log_file=str(folder)))


def test_a_value_matches_as_a_whole_and_in_its_field(tmp_path: Path) -> None:
    search = search_of(
        tmp_path,
        {"request_id": "a", "n": 1},
        {"request_id": "ab", "n": 2},
        {"request_id": "b", "message": 'it said "a"', "about": ["a"], "n": 3},
        {"request_id": "c", "about": ["x", "a", "y"], "n": 4},
    )

    assert [entry["n"] for entry in search.find("request_id", ["a"])] == [1]
    assert [entry["n"] for entry in search.find("about", ["a"])] == [3, 4]
    assert [entry["n"] for entry in search.find("request_id", ["a", "c"])] == [1, 4]
    assert search.find("request_id", []) == []


@pytest.mark.parametrize("invalid", [b'{"request_id":"a","mess', b'"a"', b"\xff\xfe", b"", b'["a"]', b"null"])
def test_an_invalid_line_is_skipped(tmp_path: Path, invalid: bytes) -> None:
    search = search_of(tmp_path, {"request_id": "a", "n": 1}, invalid, {"request_id": "a", "n": 2})

    assert [entry["n"] for entry in search.find("request_id", ["a"])] == [1, 2]


def test_a_search_returns_at_most_a_thousand_entries(tmp_path: Path) -> None:
    search = search_of(tmp_path, *({"request_id": "a", "n": n} for n in range(RESULTS_MAX + 5)))

    assert len(search.find("request_id", ["a"])) == RESULTS_MAX


def test_entries_of_other_tenants_do_not_use_up_the_limit(tmp_path: Path) -> None:
    other_entries = ({"request_id": "a", "tenant": "2"} for _ in range(RESULTS_MAX))
    search = search_of(tmp_path, *other_entries, {"request_id": "a", "tenant": "1", "n": 1}, {"request_id": "a"})

    assert [entry["more"]["n"] for entry in LogService(search).page(1, "a", PageRequest()).rows] == [1]


def test_a_search_is_available_with_files_or_mongodb(tmp_path: Path) -> None:
    assert search_of(tmp_path).is_available
    assert LogSearch(Settings(log_mongo_url="mongodb://db/shop")).is_available
    assert not LogSearch(Settings()).is_available


def test_a_search_for_a_request_finds_what_was_logged_about_its_rows(tmp_path: Path) -> None:
    search = search_of(
        tmp_path,
        {"about": ["second", "own"], "time": "t1", "n": 6},
        {"request_id": "a", "tenant": "1", "made": ["own", "second"], "about": ["other", "own"], "time": "t1", "n": 1},
        {"about": ["other", "second", "own"], "made": ["none"], "time": "t3", "n": 3},
        {"request_id": "b", "tenant": "1", "about": ["second"], "time": "t2", "n": 2},
        {"about": ["other"], "time": "t4", "n": 4},
        {"request_id": "c", "tenant": "1", "made": ["other"], "time": "t5", "n": 5},
    )
    service = LogService(search)

    # The records of the request come first of those of the same moment. Ids of other requests are hidden.
    rows = service.page(1, "a", PageRequest()).rows
    assert [(row["more"]["n"], row["more"]["about"]) for row in rows] == [
        (1, ["own"]), (6, ["own", "second"]), (2, ["second"]), (3, ["own", "second"])
    ]  # fmt: skip
    assert [(entry["n"], entry["about"]) for entry in service.find("a")] == [
        (1, ["other", "own"]), (6, ["second", "own"]), (2, ["second"]), (3, ["other", "second", "own"])
    ]  # fmt: skip
    assert (service.page(1, "d", PageRequest()).rows, service.find("d")) == ([], [])
