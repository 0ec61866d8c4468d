"""Processes that a test starts, stops, kills and freezes."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.polling import Eventually
from tests.support.processes import process_groups
from tests.support.processes.managed_process import ManagedProcess, ProcessFailed

SLEEP = "import time; time.sleep(60)"
WITH_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); {SLEEP}"
IGNORES_SIGTERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('started', flush=True); {SLEEP}"
HANDLES_SIGTERM = (
    f"import signal; signal.signal(signal.SIGTERM, lambda *_: exit(3)); print('started', flush=True); {SLEEP}"
)

Run = Callable[[str], ManagedProcess]


@pytest.fixture
def python(tmp_path: Path) -> Iterator[Run]:
    with ExitStack() as stack:

        def make(program: str) -> ManagedProcess:
            process = ManagedProcess([sys.executable, "-c", program], tmp_path / "log")
            stack.callback(process.kill)
            return process

        yield make


def test_a_kill_ends_the_children_too(python: Run, eventually: Eventually) -> None:
    process = python(WITH_CHILD)
    process.start()
    eventually(lambda: len(process_groups.find_members(process.pid)) == 2)

    process.kill()

    assert process_groups.find_members(process.pid) == []
    assert process.returncode == -9


def test_children_of_a_crashed_leader_end_before_the_next_start(python: Run, eventually: Eventually) -> None:
    process = python(WITH_CHILD)
    process.start()
    eventually(lambda: len(process_groups.find_members(process.pid)) == 2)
    orphaned = process.pid
    os.kill(process.pid, signal.SIGKILL)
    eventually(lambda: not process.running)

    process.start()

    assert process_groups.find_members(orphaned) == []


def test_a_stop_returns_the_exit_code(python: Run, eventually: Eventually) -> None:
    process = python(HANDLES_SIGTERM)
    process.start()
    eventually(lambda: "started" in process.output)

    assert process.stop() == 3


def test_a_process_that_ignores_sigterm_is_killed_and_reported(python: Run, eventually: Eventually) -> None:
    process = python(IGNORES_SIGTERM)
    process.start()
    eventually(lambda: "started" in process.output)

    with pytest.raises(ProcessFailed, match="ignored SIGTERM"):
        process.stop(timeout=0.2)

    assert process_groups.find_members(process.pid) == []


def test_a_frozen_process_can_be_stopped(python: Run, eventually: Eventually) -> None:
    process = python(HANDLES_SIGTERM)
    process.start()
    eventually(lambda: "started" in process.output)
    process.freeze()

    assert process.stop() == 3


def test_a_second_kill_does_nothing(python: Run) -> None:
    process = python(SLEEP)
    process.start()
    process.kill()

    process.kill()

    assert not process.running


def test_a_frozen_process_has_stopped_when_the_freeze_returns(python: Run) -> None:
    busy = "threading.Thread(target=lambda: [time.time() for _ in iter(int, 1)]).start()"
    counter = f"import threading, time\nfor _ in range(8): {busy}"
    process = python(counter)
    process.start()

    process.freeze()

    assert process_groups.is_stopped(process.pid)
    process.thaw()
    assert not process_groups.is_stopped(process.pid)


def test_a_dead_process_cannot_be_frozen(python: Run) -> None:
    process = python(SLEEP)
    process.start()
    process.kill()

    with pytest.raises(ProcessFailed, match="does not run"):
        process.freeze()


def test_a_failed_start_shows_the_output(tmp_path: Path) -> None:
    class NeverReady(ManagedProcess):
        def is_ready(self) -> bool:
            return False

    process = NeverReady([sys.executable, "-c", "exit('no such table')"], tmp_path / "log")

    with pytest.raises(ProcessFailed, match=r"ended with 1:\nno such table"):
        process.start()


def test_a_start_that_times_out_leaves_no_process(tmp_path: Path) -> None:
    class NeverReady(ManagedProcess):
        def is_ready(self) -> bool:
            return False

    process = NeverReady([sys.executable, "-c", SLEEP], tmp_path / "log", patience=0.2)

    with pytest.raises(ProcessFailed, match="was not ready"):
        process.start()

    assert process_groups.find_members(process.pid) == []
