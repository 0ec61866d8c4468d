"""Daily log files, with days from the times of the records."""

import multiprocessing
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import orjson
import pytest

from shop.core.logging.daily_files import DailyFileSink, find_lines, list_day_files
from shop.core.logging.sink import LogLine

# Far from the day of the test run, whose file every sink opens.
TODAY = date(2040, 2, 29)
PROCESSES, LINES = 4, 400


def line_of(text: str, time: datetime) -> LogLine:
    return LogLine(time.timestamp(), {"message": text})


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def write(folder: Path, time: datetime, text: str = "x", keep: int = 14) -> None:
    DailyFileSink(folder, keep).write([line_of(text, time)])


def days(folder: Path) -> list[date]:
    return [day for _, day in list_day_files(folder)]


def test_a_new_file_starts_at_midnight_in_utc(tmp_path: Path) -> None:
    files = DailyFileSink(tmp_path, 14)
    yesterday = TODAY - timedelta(1)

    for text, time in (("last", at(yesterday, 23, 59)), ("first", at(TODAY, 0, 0)), ("late", at(yesterday, 23, 59))):
        files.write([line_of(text, time)])

    assert (tmp_path / "shop-2040-02-28.jsonl").read_bytes() == b'{"message":"last"}\n{"message":"late"}\n'
    assert (tmp_path / "shop-2040-02-29.jsonl").read_bytes() == b'{"message":"first"}\n'


def test_fourteen_days_including_today_are_kept(tmp_path: Path) -> None:
    files = DailyFileSink(tmp_path, 14)

    for back in range(30, -1, -1):
        files.write([line_of("x", at(TODAY - timedelta(back)))])

    assert days(tmp_path) == [TODAY - timedelta(back) for back in range(13, -1, -1)]


def test_other_files_are_never_removed(tmp_path: Path) -> None:
    other_files = [
        "shop-2020-01-01.jsonl.gz",
        "shop-2020-01-01.json",
        "shop-notes.jsonl",
        "other-2020-01-01.jsonl",
        "shop-.jsonl",
    ]
    for name in other_files:
        (tmp_path / name).write_text("other")

    write(tmp_path, at(TODAY))

    assert {path.name for path in tmp_path.iterdir()} > set(other_files)


class FixedTime(datetime):
    """Time that does not pass, so that no midnight does."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "FixedTime":
        return cls(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=tz)


def test_a_start_removes_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.core.logging.daily_files.datetime", FixedTime)
    for back in (20, 14, 13, 1):
        (tmp_path / f"shop-{TODAY - timedelta(back)}.jsonl").touch()

    DailyFileSink(tmp_path, 14)

    assert days(tmp_path) == [TODAY - timedelta(back) for back in (13, 1, 0)]


def test_several_processes_lose_and_tear_no_line_at_midnight(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=write_lines, args=(tmp_path, number)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(600)

    assert [process.exitcode for process in processes] == [0] * PROCESSES
    for day in (TODAY, TODAY + timedelta(1)):
        lines = (tmp_path / f"shop-{day}.jsonl").read_bytes().splitlines()
        written = sorted((entry["process"], entry["n"]) for entry in map(orjson.loads, lines))
        expected = [n for n in range(LINES) if (n % 2 == 1) == (day > TODAY)]
        assert written == [(number, n) for number in range(PROCESSES) for n in expected]


def write_lines(folder: Path, number: int) -> None:
    files = DailyFileSink(folder, 14)
    for n in range(LINES):
        entry = {"process": number, "n": n, "long": "x" * (20_000 if n % 50 == 0 else 50)}
        files.write([LogLine(at(TODAY + timedelta(n % 2)).timestamp(), entry)])


def test_a_write_to_a_full_disk_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = DailyFileSink(tmp_path, 14)
    monkeypatch.setattr("shop.core.logging.daily_files.FileIO", FullFile)

    with pytest.raises(OSError, match="full"):
        files.write([line_of("x", at(TODAY))])


class FullFile:
    """File on a full disk."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def write(self, line: bytes) -> int:
        return len(line) // 2


def test_a_search_reads_all_days_in_order(tmp_path: Path) -> None:
    for back, text in ((1, "two apples"), (2, "one apple"), (0, "three apples"), (0, "a pear")):
        write(tmp_path, at(TODAY - timedelta(back)), text)

    messages = [orjson.loads(line)["message"] for line in find_lines(tmp_path, [b"apple"])]

    assert messages == ["one apple", "two apples", "three apples"]


def test_a_file_is_not_readable_by_other_users(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "logs", at(TODAY))

    modes = {path.stat().st_mode & 0o007 for path, _ in list_day_files(tmp_path / "deep" / "logs")}
    assert modes == {0}
