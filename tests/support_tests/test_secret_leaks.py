"""The ear that listens for secrets hears them."""

from pathlib import Path

import pytest

from tests.support.polling import eventually
from tests.support.processes.managed_process import ManagedProcess
from tests.support.secret_leaks import OutputWatcher, find_leaks

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        f"it came with {TOKEN}",
        "Authorization: Bearer abcdef123",
        "$argon2id$v=19$m=65536$x",
        "mysql://root:Hunter-2@db/shop",
        'the "Correct-horse-1" of the tests',
    ],
)
def test_a_secret_is_heard(text: str) -> None:
    assert len(find_leaks(f"before {text} after")) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "Bearer ***",
        'curl -H "Authorization: Bearer $TOKEN"',
        "mysql://root:***@db/shop",
        "http://127.0.0.1:8000/docs and ann@example.com",
        "password=***",
    ],
)
def test_stars_are_no_secret(text: str) -> None:
    assert find_leaks(text) == []


def test_what_a_process_prints_is_heard_once_and_whole(tmp_path: Path) -> None:
    ear, log = OutputWatcher(), tmp_path / "log"
    ear.watch_file(log)

    log.write_text("one\ntwo is not wh")
    assert ear.take_new_output() == "one\n"
    with log.open("a") as file:
        file.write("ole\n")

    assert ear.take_new_output() == "two is not whole\n"
    assert ear.take_new_output() == ""


def test_a_file_that_begins_anew_is_heard_from_its_beginning(tmp_path: Path) -> None:
    ear, log = OutputWatcher(), tmp_path / "log"
    ear.watch_file(log)
    log.write_text("a long line\n")
    ear.take_new_output()

    log.write_text("new\n")

    assert ear.take_new_output() == "new\n"


def test_files_that_come_later_are_heard_too(tmp_path: Path) -> None:
    ear = OutputWatcher()
    ear.watch_folder(tmp_path)
    ear.add_output("on stderr")
    (tmp_path / "shop-2026-11-20.jsonl").write_text("in a file\n")

    assert ear.take_new_output() == "on stderr\nin a file\n"


@pytest.mark.parametrize("place", ["/dev/stdout", "/dev/stderr", "$SHOP_LOG_FILE/shop-2026-11-20.jsonl"])
def test_every_process_of_the_suite_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    ear, folder = OutputWatcher(), tmp_path / "logs"
    monkeypatch.setattr("tests.support.processes.managed_process.EAR", ear)
    folder.mkdir()

    command = ["sh", "-c", f"echo {TOKEN} >> {place}; sleep 30"]
    process = ManagedProcess(command, tmp_path / "log", env={"SHOP_LOG_FILE": str(folder)})
    process.start()
    try:
        eventually(lambda: find_leaks(ear.take_new_output()) != [], 10)
    finally:
        process.kill()
