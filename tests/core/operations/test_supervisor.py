"""Process supervisor: restarts, signals, and no leftover children."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest

from shop.core.operations import supervisor
from shop.core.operations.supervisor import RESTART_PAUSE_SECONDS, ChildProcess, is_ready
from tests.support.polling import Eventually
from tests.support.processes.managed_process import ManagedProcess
from tests.support.processes.ports import free_port

pytestmark = pytest.mark.slow
Start = Callable[..., ManagedProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    parents: list[ManagedProcess] = []

    def run(*names: str) -> ManagedProcess:
        command = [sys.executable, "-m", "tests.core.operations.stub_processes", str(tmp_path), *names]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
        parents.append(ManagedProcess(command, tmp_path / "log", env=environment))
        parents[-1].start()
        return parents[-1]

    yield run
    for parent in parents:
        parent.kill()
    # The children have their own sessions, so they do not belong to the parent's process group.
    for pid in [pid for file in tmp_path.iterdir() if file.name != "log" for pid in starts(file)]:
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)


def starts(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def running(folder: Path, *names: str) -> Callable[[], bool]:
    return lambda: all(starts(folder / name) and psutil.pid_exists(starts(folder / name)[-1]) for name in names)


def test_all_children_are_started(start: Start, tmp_path: Path, eventually: Eventually) -> None:
    start("web", "worker")
    eventually(running(tmp_path, "web", "worker"), 20)


def test_only_the_dead_child_is_restarted_after_a_pause(start: Start, tmp_path: Path, eventually: Eventually) -> None:
    start("web", "worker")
    eventually(running(tmp_path, "web", "worker"), 20)
    killed = time.monotonic()
    os.kill(starts(tmp_path / "web")[0], signal.SIGKILL)
    eventually(lambda: len(starts(tmp_path / "web")) == 2, 20)
    assert time.monotonic() - killed >= 0.3
    assert len(starts(tmp_path / "worker")) == 1


def test_a_dead_child_is_started_again_when_its_pause_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[float] = []
    child, now = ChildProcess("web", process=subprocess.Popen([sys.executable, "-I", "-c", ""])), [100.0]
    assert child.process
    child.process.wait()
    monkeypatch.setattr(ChildProcess, "start", lambda _: started.append(now[0]))
    monkeypatch.setattr("shop.core.operations.supervisor.time.monotonic", lambda: now[0])

    for seconds in (0.0, RESTART_PAUSE_SECONDS - 0.01, 0.02):
        now[0] += seconds
        child.restart_if_dead()

    assert started == [pytest.approx(100.0 + RESTART_PAUSE_SECONDS + 0.01)]


def test_a_child_is_restarted_each_time_it_dies(start: Start, tmp_path: Path, eventually: Eventually) -> None:
    start("web")
    for count in (1, 2, 3):
        eventually(lambda count=count: len(starts(tmp_path / "web")) == count, 20)
        os.kill(starts(tmp_path / "web")[-1], signal.SIGKILL)
    eventually(lambda: len(starts(tmp_path / "web")) == 4, 20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_all_children(
    start: Start, tmp_path: Path, eventually: Eventually, number: signal.Signals
) -> None:
    parent = start("web", "worker", "scheduler")
    eventually(running(tmp_path, "web", "worker", "scheduler"), 20)
    os.kill(parent.pid, number)
    eventually(lambda: parent.returncode == 0, 20)
    assert [
        pid for name in ("web", "worker", "scheduler") for pid in starts(tmp_path / name) if psutil.pid_exists(pid)
    ] == []
    assert "stopped" in parent.output


def test_a_child_that_ignores_sigterm_is_killed(start: Start, tmp_path: Path, eventually: Eventually) -> None:
    parent = start("stubborn", "web")
    eventually(running(tmp_path, "stubborn", "web"), 20)
    assert parent.stop() == 0
    assert not any(psutil.pid_exists(pid) for name in ("stubborn", "web") for pid in starts(tmp_path / name))


def test_readiness_is_announced_once(start: Start, tmp_path: Path, eventually: Eventually) -> None:
    parent = start("web")
    eventually(running(tmp_path, "web"), 20)
    assert parent.output == ""
    (tmp_path / "ready").touch()
    eventually(lambda: "ready" in parent.output, 20)
    time.sleep(0.3)
    assert parent.output.count("ready") == 1


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False), (500, False)])
def test_a_web_server_is_ready_when_readyz_answers_200(status: int, ready: bool) -> None:
    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.handle_request).start()
        assert is_ready(f"127.0.0.1:{server.server_port}") is ready


def test_a_port_without_a_server_is_not_ready() -> None:
    assert not is_ready(f"127.0.0.1:{free_port()}")


@pytest.mark.parametrize(("extra_stop_seconds", "status"), [(0.0, -signal.SIGKILL), (10.0, 7)])
def test_a_child_may_use_its_extra_stop_time(
    monkeypatch: pytest.MonkeyPatch, extra_stop_seconds: float, status: int
) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.3)
    program = (
        "import signal, sys, time; signal.signal(15, lambda *_: (time.sleep(1), sys.exit(7))); print(1, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", f"{program}; time.sleep(60)"], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline()

        ChildProcess("web", extra_stop_seconds, process).stop()

        assert process.returncode == status
