"""Search for secrets in the output of processes."""

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
def test_a_secret_is_found(text: str) -> None:
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
def test_a_masked_secret_is_not_reported(text: str) -> None:
    assert find_leaks(text) == []


def test_each_line_of_output_is_returned_once_and_complete(tmp_path: Path) -> None:
    watcher, log = OutputWatcher(), tmp_path / "log"
    watcher.watch_file(log)

    log.write_text("one\ntwo is not wh")
    assert watcher.take_new_output() == "one\n"
    with log.open("a") as file:
        file.write("ole\n")

    assert watcher.take_new_output() == "two is not whole\n"
    assert watcher.take_new_output() == ""


def test_a_truncated_file_is_read_from_its_start(tmp_path: Path) -> None:
    watcher, log = OutputWatcher(), tmp_path / "log"
    watcher.watch_file(log)
    log.write_text("a long line\n")
    watcher.take_new_output()

    log.write_text("new\n")

    assert watcher.take_new_output() == "new\n"


def test_new_files_of_a_folder_are_read(tmp_path: Path) -> None:
    watcher = OutputWatcher()
    watcher.watch_folder(tmp_path)
    watcher.add_output("on stderr")
    (tmp_path / "shop-2026-11-20.jsonl").write_text("in a file\n")

    assert watcher.take_new_output() == "on stderr\nin a file\n"


@pytest.mark.parametrize("place", ["/dev/stdout", "/dev/stderr", "$SHOP_LOG_FILE/shop-2026-11-20.jsonl"])
def test_the_output_of_every_process_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    watcher, folder = OutputWatcher(), tmp_path / "logs"
    monkeypatch.setattr("tests.support.processes.managed_process.OUTPUT_WATCHER", watcher)
    folder.mkdir()

    command = ["sh", "-c", f"echo {TOKEN} >> {place}; sleep 30"]
    process = ManagedProcess(command, tmp_path / "log", env={"SHOP_LOG_FILE": str(folder)})
    process.start()
    try:
        eventually(lambda: find_leaks(watcher.take_new_output()) != [], 10)
    finally:
        process.kill()
