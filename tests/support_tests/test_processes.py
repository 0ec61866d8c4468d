"""Processes of the shop: starts, restarts, ends and settings."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.polling import Eventually
from tests.support.processes import process_groups
from tests.support.processes.fork_server import ROOT
from tests.support.processes.launchers import fork_preloaded
from tests.support.processes.managed_process import ProcessFailed
from tests.support.processes.processes import MakeService, Service
from tests.support_tests.stubs.stub_service import StubService

pytestmark = pytest.mark.slow


@pytest.fixture
def service(tmp_path: Path) -> Iterator[StubService]:
    service = StubService(tmp_path, "mysql://db", "redis://cache")
    yield service
    service.kill_all()


def test_a_started_web_is_ready(service: StubService) -> None:
    service.start("web")

    assert service.client().get("/readyz").status == 200


def test_a_killed_web_restarts_on_its_port(service: StubService) -> None:
    service.start("web")
    bind = service.bind()
    service.kill("web")
    assert process_groups.find_members(service.process("web").pid) == []

    service.start("web")

    assert service.bind() == bind
    assert service.client().get("/").status == 200


def test_a_restart_uses_the_current_settings(service: StubService) -> None:
    service.start("web")
    service.kill("web")
    service.env["SHOP_MARK"] = "second"

    service.start("web")

    assert service.client().get("/").headers["X-Mark"] == "second"


def test_two_webs_serve_side_by_side(service: StubService) -> None:
    service.start("web", "web.2")

    assert service.bind("web") != service.bind("web.2")
    assert service.client("web.2").get("/").status == 200


def test_terminate_returns_the_exit_code(service: StubService, eventually: Eventually) -> None:
    service.start("worker")
    eventually(lambda: "Listening" in service.process("worker").output)

    assert service.terminate("worker") == -15


def test_all_processes_end_together(service: StubService) -> None:
    service.start("web", "worker", "worker.2")
    pids = [service.process(name).pid for name in ("web", "worker", "worker.2")]

    service.kill_all()

    assert [process_groups.find_members(pid) for pid in pids] == [[], [], []]


def test_a_web_that_cannot_start_shows_its_output(service: StubService) -> None:
    service.env["SHOP_BIND"] = "nonsense"

    with pytest.raises(ProcessFailed, match="ValueError: not enough values to unpack"):
        service.start("web")


def test_a_web_that_is_never_ready_times_out(service: StubService) -> None:
    service.env["SHOP_READY"] = "no"
    service.patience = 0.5

    with pytest.raises(ProcessFailed, match=r"was not ready within 0\.5 s"):
        service.start("web")


def test_a_failed_command_shows_its_output(service: StubService) -> None:
    with pytest.raises(ProcessFailed, match=r"ended with 1:\nno such table: items"):
        service.run_cli("fail")


def test_a_command_may_be_expected_to_fail(service: StubService) -> None:
    assert service.run_cli("fail", check=False).returncode == 1


def test_settings_of_the_machine_are_not_inherited(service: StubService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PURCHASE_STRATEGY", "from the machine")
    monkeypatch.setenv("FLASK_APP", "from the machine")
    service.env["SHOP_WEB_WORKERS"] = "1"

    env = json.loads(service.run_cli("env").stdout)

    assert "SHOP_PURCHASE_STRATEGY" not in env
    assert "FLASK_APP" not in env
    assert env["SHOP_DATABASE_URL"] == "mysql://db"
    assert env["SHOP_WEB_WORKERS"] == "1"
    assert env["cwd"] == str(service.folder.resolve())


def test_a_service_of_the_fixture_uses_the_servers_of_the_test_worker(
    make_service: MakeService, monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str
) -> None:
    monkeypatch.setattr(Service, "command", StubService.command)

    env = json.loads(make_service(env={"SHOP_WEB_THREADS": "2"}).run_cli("env").stdout)

    assert env["SHOP_DATABASE_URL"] == database_url
    assert env["SHOP_REDIS_URL"] == redis_url
    assert env["SHOP_WEB_THREADS"] == "2"


def test_a_forked_process_leads_its_group_as_soon_as_it_is_started(tmp_path: Path) -> None:
    command, env, log = [sys.executable, "-m", "platform"], {"PYTHONPATH": str(ROOT)}, tmp_path / "log"
    for _ in range(20):
        child = fork_preloaded(command, stdout=log, stderr=log, env=env, cwd=tmp_path)
        # A group that does not exist yet could not be killed.
        group = os.getpgid(child.pid)
        assert child.wait(30) == 0
        assert group == child.pid


def test_a_name_reserves_one_port(service: StubService, monkeypatch: pytest.MonkeyPatch) -> None:
    reserved = [1, 2]
    monkeypatch.setattr("tests.support.processes.processes.free_port", reserved.pop)

    assert service.bind("web") == service.bind("web")
    assert reserved == [1]
