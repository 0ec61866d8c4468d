"""How a process begins and ends its log."""

import logging
import multiprocessing
import threading
import warnings
from pathlib import Path
from typing import Any

import orjson
import pytest

from shop.core.logging import setup as log
from shop.core.logging.setup import start_log
from shop.core.metrics.metrics import Metrics
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from tests.core.metrics.test_metrics import render_lines as told_of
from tests.support.processes.ports import free_port

OURS, THEIRS = logging.getLogger("shop.core.x"), logging.getLogger("somebody.else")


def settings_of(folder: Path, **more: Any) -> Settings:
    return Settings(var=str(folder / "var"), log_format="json", **more)


def printed(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in capfd.readouterr().err.splitlines()]


def test_what_a_process_says_comes_as_json_on_stderr(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    begun = start_log(settings_of(tmp_path), "worker")
    OURS.info("One %s", "thing")
    begun.finish()

    (entry,) = printed(capfd)
    assert (entry["message"], entry["process"], entry["level"]) == ("One thing", "worker", "info")


def test_people_may_read_lines_instead(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    begun = start_log(Settings(var=str(tmp_path)), "worker")
    OURS.warning("One thing", extra={"subject": "item 7"})
    begun.finish()

    line = capfd.readouterr().err
    assert line.endswith("Z WARNING shop.core.x [tenant -] One thing subject=item 7\n"[1:])


@pytest.mark.parametrize(("level", "said"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_is_that_of_the_settings(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], level: str, said: int
) -> None:
    begun = start_log(settings_of(tmp_path, log_level=level), "web")
    for speak in (OURS.debug, OURS.info, OURS.warning, OURS.error):
        speak("x")
    THEIRS.debug("what nobody has looked at")
    THEIRS.info("what nobody has looked at")
    begun.finish()

    assert len(printed(capfd)) == said


def test_libraries_and_warnings_come_the_same_way(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    begun = start_log(settings_of(tmp_path), "web")
    THEIRS.warning("password=Hunter-2")
    warnings.warn("Old", DeprecationWarning, stacklevel=1)
    begun.finish()

    assert [entry["logger"] for entry in printed(capfd)] == ["somebody.else", "py.warnings"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_crash_comes_the_same_way(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    begun = start_log(settings_of(tmp_path), "web")
    failing = threading.Thread(target=lambda: int("password=Hunter-2"))
    failing.start()
    failing.join()
    begun.finish()

    (entry,) = printed(capfd)
    assert entry["level"] == "critical"
    assert "ValueError" in entry["exception"]
    assert "Hunter" not in str(entry)


def test_a_second_start_takes_the_place_of_the_first(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first = start_log(settings_of(tmp_path), "cli")
    OURS.info("early")
    second = start_log(settings_of(tmp_path), "web")
    OURS.info("late")
    second.finish()
    first.finish()

    assert [(entry["process"], entry["message"]) for entry in printed(capfd)] == [("cli", "early"), ("web", "late")]


def test_a_process_that_was_forked_begins_anew_and_writes_to_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    begun = start_log(settings_of(tmp_path, log_file=str(folder)), "web")
    children = [multiprocessing.get_context("fork").Process(target=work, args=(tmp_path, n)) for n in range(3)]
    for child in children:
        child.start()
    for number in range(200):
        OURS.info("parent %s", number)
    for child in children:
        child.join(20)
    begun.finish()

    (file,) = folder.iterdir()
    said = [orjson.loads(line)["message"] for line in file.read_bytes().splitlines()]
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert sorted(said) == sorted(f"{who} {n}" for who in ("parent", 0, 1, 2) for n in range(200))


def test_a_fork_in_the_middle_of_something_stops_nobody(tmp_path: Path) -> None:
    begun = start_log(settings_of(tmp_path), "web")
    child = multiprocessing.get_context("fork").Process(target=work, args=(tmp_path, 1))

    # As if another thread of the parent were just counting: in the child nobody would ever let go of it.
    with begun.queue_handler.throttle._lock:
        child.start()
    child.join(10)

    code = child.exitcode
    child.kill()
    assert code == 0


def work(folder: Path, who: int) -> None:
    # As a web process does: it ends without a word, and multiprocessing ends it.
    start_log(settings_of(folder, log_file=str(folder / "logs")), "web")
    for number in range(200):
        OURS.info("%s %s", who, number)


def test_what_was_not_written_is_counted_for_everybody(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, log_mongo_url=f"mongodb://127.0.0.1:{free_port()}/x", log_queue=5)
    begun = start_log(settings, "web")
    for number in range(300):
        OURS.info("number %s", number)
    begun.finish()

    (line,) = [line for line in told_of(Metrics(settings)) if line.startswith('shop_log_dropped_total{sink="mongo"}')]
    assert float(line.split()[1]) > 0


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"log_file": "/proc/nowhere"}, "SHOP_LOG_FILE=/proc/nowhere cannot be written"),
        ({"log_mongo_url": "mongodb://"}, "SHOP_LOG_MONGO_URL is no URL of a MongoDB"),
    ],
)
def test_a_place_that_is_none_stops_the_start(tmp_path: Path, more: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        start_log(settings_of(tmp_path, **more), "web")


def test_what_the_settings_had_to_say_is_logged_as_they_say(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {"VAR": str(tmp_path), "LOG_FORMAT": "json", "LOG_LEVL": "info"}.items():
        monkeypatch.setenv(f"SHOP_{name}", value)

    settings = log.load_settings("cli")
    log._active_logs.pop().finish()

    (entry,) = printed(capfd)
    assert entry["message"] == "Unknown setting SHOP_LOG_LEVL; did you mean SHOP_LOG_LEVEL?"
    assert settings.log_format == "json"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOP_LOG_FORMAT", "xml"),
        ("SHOP_LOG_LEVEL", "loud"),
        ("SHOP_LOG_KEEP_DAYS", "0"),
        ("SHOP_LOG_QUEUE", "0"),
        ("SHOP_LOG_SQL_SLOWER_MS", "-1"),
        ("SHOP_LOG_SQL_SLOWER_MS", "soon"),
        ("SHOP_LOG_MONGO_URL", "localhost:27017"),
        ("SHOP_LOG_MONGO_SPLIT", "week"),
    ],
)
def test_a_bad_setting_of_the_log_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.load({name: value})


def test_the_password_of_the_store_is_not_shown() -> None:
    shown = Settings(log_mongo_url="mongodb://root:Hunter-2@db/shop").masked_values()["SHOP_LOG_MONGO_URL"]

    assert shown == "mongodb://root:***@db/shop"
