"""Start and end of the log of a process."""

import logging
import multiprocessing
import threading
import warnings
from pathlib import Path
from typing import Any

import orjson
import pytest

from shop.core.logging import setup
from shop.core.logging.setup import start_log
from shop.core.metrics.metrics import Metrics
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from tests.core.metrics.test_metrics import render_lines
from tests.support.processes.ports import free_port

OWN_LOGGER, LIBRARY_LOGGER = logging.getLogger("shop.core.x"), logging.getLogger("some.library")


def settings_of(folder: Path, **values: Any) -> Settings:
    return Settings(var=str(folder / "var"), log_format="json", **values)


def printed(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in capfd.readouterr().err.splitlines()]


def test_records_are_written_as_json_to_stderr(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = start_log(settings_of(tmp_path), "worker")
    OWN_LOGGER.info("One %s", "thing")
    log.finish()

    (entry,) = printed(capfd)
    assert (entry["message"], entry["process"], entry["level"]) == ("One thing", "worker", "info")


def test_records_are_written_as_text_lines(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = start_log(Settings(var=str(tmp_path)), "worker")
    OWN_LOGGER.warning("One thing", extra={"subject": "item 7"})
    log.finish()

    line = capfd.readouterr().err
    assert line.endswith("Z WARNING shop.core.x [tenant -] One thing subject=item 7\n"[1:])


@pytest.mark.parametrize(("level", "count"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_is_taken_from_the_settings(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], level: str, count: int
) -> None:
    log = start_log(settings_of(tmp_path, log_level=level), "web")
    for log_method in (OWN_LOGGER.debug, OWN_LOGGER.info, OWN_LOGGER.warning, OWN_LOGGER.error):
        log_method("x")
    LIBRARY_LOGGER.debug("not logged")
    LIBRARY_LOGGER.info("not logged")
    log.finish()

    assert len(printed(capfd)) == count


def test_libraries_and_warnings_are_logged_too(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = start_log(settings_of(tmp_path), "web")
    LIBRARY_LOGGER.warning("password=Hunter-2")
    warnings.warn("Old", DeprecationWarning, stacklevel=1)
    log.finish()

    assert [entry["logger"] for entry in printed(capfd)] == ["some.library", "py.warnings"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_crash_of_a_thread_is_logged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = start_log(settings_of(tmp_path), "web")
    crashing = threading.Thread(target=lambda: int("password=Hunter-2"))
    crashing.start()
    crashing.join()
    log.finish()

    (entry,) = printed(capfd)
    assert entry["level"] == "critical"
    assert "ValueError" in entry["exception"]
    assert "Hunter" not in str(entry)


def test_a_second_start_replaces_the_first(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first = start_log(settings_of(tmp_path), "cli")
    OWN_LOGGER.info("early")
    second = start_log(settings_of(tmp_path), "web")
    OWN_LOGGER.info("late")
    second.finish()
    first.finish()

    assert [(entry["process"], entry["message"]) for entry in printed(capfd)] == [("cli", "early"), ("web", "late")]


def test_a_forked_process_starts_its_own_log_and_writes_to_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    log = start_log(settings_of(tmp_path, log_file=str(folder)), "web")
    children = [multiprocessing.get_context("fork").Process(target=work, args=(tmp_path, n)) for n in range(3)]
    for child in children:
        child.start()
    for number in range(200):
        OWN_LOGGER.info("parent %s", number)
    for child in children:
        child.join(20)
    log.finish()

    (file,) = folder.iterdir()
    messages = [orjson.loads(line)["message"] for line in file.read_bytes().splitlines()]
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert sorted(messages) == sorted(f"{source} {n}" for source in ("parent", 0, 1, 2) for n in range(200))


def test_a_fork_while_a_lock_is_held_does_not_block_the_child(tmp_path: Path) -> None:
    log = start_log(settings_of(tmp_path), "web")
    child = multiprocessing.get_context("fork").Process(target=work, args=(tmp_path, 1))

    # As if another thread of the parent held the lock: in the child, no thread would ever release it.
    with log.queue_handler.throttle._lock:
        child.start()
    child.join(10)

    code = child.exitcode
    child.kill()
    assert code == 0


def work(folder: Path, source: int) -> None:
    # Like a web process, it does not finish its log: multiprocessing does.
    start_log(settings_of(folder, log_file=str(folder / "logs")), "web")
    for number in range(200):
        OWN_LOGGER.info("%s %s", source, number)


def test_dropped_records_are_counted_in_the_shared_metrics(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, log_mongo_url=f"mongodb://127.0.0.1:{free_port()}/x", log_queue=5)
    log = start_log(settings, "web")
    for number in range(300):
        OWN_LOGGER.info("number %s", number)
    log.finish()

    (line,) = [
        line for line in render_lines(Metrics(settings)) if line.startswith('shop_log_dropped_total{sink="mongo"}')
    ]
    assert float(line.split()[1]) > 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"log_file": "/proc/nowhere"}, "SHOP_LOG_FILE=/proc/nowhere cannot be written"),
        ({"log_mongo_url": "mongodb://"}, "SHOP_LOG_MONGO_URL is no URL of a MongoDB"),
    ],
)
def test_an_unusable_sink_stops_the_start(tmp_path: Path, values: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        start_log(settings_of(tmp_path, **values), "web")


def test_warnings_about_the_settings_are_logged_as_configured(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {"VAR": str(tmp_path), "LOG_FORMAT": "json", "LOG_LEVL": "info"}.items():
        monkeypatch.setenv(f"SHOP_{name}", value)

    settings = setup.load_settings("cli")
    setup._active_logs.pop().finish()

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
def test_an_invalid_log_setting_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.load({name: value})


def test_the_password_of_mongodb_is_masked() -> None:
    shown = Settings(log_mongo_url="mongodb://root:Hunter-2@db/shop").masked_values()["SHOP_LOG_MONGO_URL"]

    assert shown == "mongodb://root:***@db/shop"
