"""A file a day, whose clock is that of the records."""

import multiprocessing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from shop.core.logging.daily_files import DailyFileSink, find_lines, list_day_files
from shop.core.logging.sink import LogLine

# Far from the day of this run, whose file every start opens.
TODAY = date(2040, 2, 29)
PROCESSES, LINES = 4, 400


def page_of(text: str, moment: datetime) -> LogLine:
    entry = {"message": text}
    return LogLine(moment.timestamp(), entry, orjson.dumps(entry))


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def write(folder: Path, moment: datetime, text: str = "x", keep: int = 14) -> None:
    DailyFileSink(folder, keep).write([page_of(text, moment)])


def days(folder: Path) -> list[date]:
    return [day for _, day in list_day_files(folder)]


def test_the_day_turns_at_midnight_in_utc(tmp_path: Path) -> None:
    files = DailyFileSink(tmp_path, 14)
    yesterday = TODAY - timedelta(1)

    for text, moment in (("last", at(yesterday, 23, 59)), ("first", at(TODAY, 0, 0)), ("late", at(yesterday, 23, 59))):
        files.write([page_of(text, moment)])

    assert (tmp_path / "shop-2040-02-28.jsonl").read_bytes() == b'{"message":"last"}\n{"message":"late"}\n'
    assert (tmp_path / "shop-2040-02-29.jsonl").read_bytes() == b'{"message":"first"}\n'


def test_fourteen_days_are_kept_today_included(tmp_path: Path) -> None:
    files = DailyFileSink(tmp_path, 14)

    for back in range(30, -1, -1):
        files.write([page_of("x", at(TODAY - timedelta(back)))])

    assert days(tmp_path) == [TODAY - timedelta(back) for back in range(13, -1, -1)]


def test_what_is_not_a_day_of_ours_is_never_removed(tmp_path: Path) -> None:
    others = [
        "shop-2020-01-01.jsonl.gz",
        "shop-2020-01-01.json",
        "shop-notes.jsonl",
        "other-2020-01-01.jsonl",
        "shop-.jsonl",
    ]
    for name in others:
        (tmp_path / name).write_text("mine")

    write(tmp_path, at(TODAY))

    assert {path.name for path in tmp_path.iterdir()} > set(others)


def test_a_start_removes_what_ended_while_nobody_ran(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    for back in (20, 14, 13, 1):
        (tmp_path / f"shop-{today - timedelta(back)}.jsonl").touch()

    DailyFileSink(tmp_path, 14)

    assert days(tmp_path) == [today - timedelta(back) for back in (13, 1, 0)]


def test_several_processes_lose_and_tear_no_line_while_the_day_turns(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    crowd = [fork.Process(target=scribble, args=(tmp_path, number)) for number in range(PROCESSES)]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join(60)

    assert [process.exitcode for process in crowd] == [0] * PROCESSES
    for day in (TODAY, TODAY + timedelta(1)):
        lines = (tmp_path / f"shop-{day}.jsonl").read_bytes().splitlines()
        told = sorted((entry["who"], entry["n"]) for entry in map(orjson.loads, lines))
        assert told == [(who, n) for who in range(PROCESSES) for n in range(LINES) if (n % 2 == 1) == (day > TODAY)]


def scribble(folder: Path, who: int) -> None:
    files = DailyFileSink(folder, 14)
    for n in range(LINES):
        line = orjson.dumps({"who": who, "n": n, "long": "x" * (20_000 if n % 50 == 0 else 50)})
        files.write([LogLine(at(TODAY + timedelta(n % 2)).timestamp(), {}, line)])


def test_a_full_disk_is_said_and_not_taken_for_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = DailyFileSink(tmp_path, 14)
    monkeypatch.setattr("shop.core.logging.daily_files.FileIO", Full)

    with pytest.raises(OSError, match="full"):
        files.write([page_of("x", at(TODAY))])


class Full:
    """A file on a disk without room."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def write(self, line: bytes) -> int:
        return len(line) // 2


def test_a_search_reads_every_day_in_order(tmp_path: Path) -> None:
    for back, text in ((1, "two apples"), (2, "one apple"), (0, "three apples"), (0, "a pear")):
        write(tmp_path, at(TODAY - timedelta(back)), text)

    found = [orjson.loads(line)["message"] for line in find_lines(tmp_path, [b"apple"])]

    assert found == ["one apple", "two apples", "three apples"]


def test_a_file_is_nobody_elses_to_read(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "logs", at(TODAY))

    modes = {path.stat().st_mode & 0o007 for path, _ in list_day_files(tmp_path / "deep" / "logs")}
    assert modes == {0}
