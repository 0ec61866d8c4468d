"""Child processes of the supervisor, and its announcement."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest

from shop.core.operations import supervisor
from shop.core.operations.supervisor import ChildProcess, Supervisor
from tests.support.polling import Eventually

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """File of the commands that were run, by a program in place of Python."""
    program, commands = tmp_path / "python", tmp_path / "commands"
    program.write_text(f'#!/bin/sh\necho "$@" >> {commands}\nexec sleep 60\n')
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    return commands


@pytest.fixture
def child() -> Iterator[ChildProcess]:
    child = ChildProcess("web")
    yield child
    child.stop()


@pytest.fixture
def kept_handlers() -> Iterator[None]:
    """Restore the signal handlers that a supervisor sets."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_child_runs_its_command_in_a_session_of_its_own(
    commands: Path, child: ChildProcess, eventually: Eventually
) -> None:
    child.start()

    assert child.process
    assert os.getsid(child.process.pid) == child.process.pid
    eventually(lambda: commands.exists() and commands.read_text() == "-m flask shop web\n")


def test_a_dead_child_is_restarted_after_a_pause(commands: Path, child: ChildProcess, eventually: Eventually) -> None:
    child.start()
    first = child.process
    assert first
    eventually(commands.exists)
    first.kill()
    os.waitid(os.P_PID, first.pid, os.WEXITED | os.WNOWAIT)

    ended_at = time.monotonic()
    child.restart_if_dead()
    assert child.process is None
    assert child.restart_at >= ended_at + supervisor.RESTART_PAUSE_SECONDS
    # Nothing runs that could be stopped.
    child.stop()
    child.restart_at = ended_at
    child.restart_if_dead()

    eventually(lambda: commands.read_text() == "-m flask shop web\n" * 2)


@pytest.mark.usefixtures("kept_handlers")
def test_the_start_is_announced_once_as_soon_as_all_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "TICK_SECONDS", 0.001)
    events: list[str] = []

    def is_ready() -> bool:
        events.append("asked")
        return len(events) == 3

    def announce() -> None:
        events.append("announced")
        # Many ticks later.
        Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()

    Supervisor([]).run(is_ready, announce)

    assert events == ["asked", "asked", "asked", "announced"]
