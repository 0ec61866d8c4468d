import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.polling import Eventually
from tests.support.processes import process_groups as groups
from tests.support.processes.managed_process import ProcessFailed
from tests.support.processes.processes import MakeService, Service
from tests.support_tests.stub_service import StandIn


@pytest.fixture
def service(tmp_path: Path) -> Iterator[StandIn]:
    service = StandIn(tmp_path, "mysql://db", "redis://cache")
    yield service
    service.kill_all()


def test_a_started_web_is_ready(service: StandIn) -> None:
    service.start("web")

    assert service.client().get("/readyz").status == 200


def test_a_killed_web_leaves_nothing_and_returns_on_its_port(service: StandIn) -> None:
    service.start("web")
    bind = service.bind()
    service.kill("web")
    assert groups.find_members(service.process("web").pid) == []

    service.start("web")

    assert service.bind() == bind
    assert service.client().get("/").status == 200


def test_a_restart_takes_the_settings_of_the_moment(service: StandIn) -> None:
    service.start("web")
    service.kill("web")
    service.env["SHOP_MARK"] = "second"

    service.start("web")

    assert service.client().get("/").headers["X-Mark"] == "second"


def test_two_webs_serve_side_by_side(service: StandIn) -> None:
    service.start("web", "web.2")

    assert service.bind("web") != service.bind("web.2")
    assert service.client("web.2").get("/").status == 200


def test_a_terminated_worker_tells_its_exit_code(service: StandIn, eventually: Eventually) -> None:
    service.start("worker")
    eventually(lambda: "Listening" in service.process("worker").output)

    assert service.terminate("worker") == -15


def test_all_processes_end_together(service: StandIn) -> None:
    service.start("web", "worker", "worker.2")
    pids = [service.process(name).pid for name in ("web", "worker", "worker.2")]

    service.kill_all()

    assert [groups.find_members(pid) for pid in pids] == [[], [], []]


def test_a_web_that_cannot_start_shows_why(service: StandIn) -> None:
    service.env["SHOP_BIND"] = "nonsense"

    with pytest.raises(ProcessFailed, match="ValueError: not enough values to unpack"):
        service.start("web")


def test_a_web_that_is_not_ready_is_waited_for(service: StandIn) -> None:
    service.env["SHOP_READY"] = "no"
    service.patience = 0.5

    with pytest.raises(ProcessFailed, match=r"was not ready within 0\.5 s"):
        service.start("web")


def test_a_failed_command_shows_its_output(service: StandIn) -> None:
    with pytest.raises(ProcessFailed, match=r"ended with 1:\nno such table: items"):
        service.run_cli("fail")


def test_a_command_may_be_expected_to_fail(service: StandIn) -> None:
    assert service.run_cli("fail", check=False).returncode == 1


def test_settings_of_the_machine_stay_outside(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PURCHASE_STRATEGY", "from the machine")
    monkeypatch.setenv("FLASK_APP", "from the machine")
    service.env["SHOP_WEB_WORKERS"] = "1"

    env = json.loads(service.run_cli("env").stdout)

    assert "SHOP_PURCHASE_STRATEGY" not in env
    assert "FLASK_APP" not in env
    assert env["SHOP_DATABASE_URL"] == "mysql://db"
    assert env["SHOP_WEB_WORKERS"] == "1"
    assert env["cwd"] == str(service.folder.resolve())


def test_a_service_of_the_fixture_runs_on_the_test_workers_own_servers(
    make_service: MakeService, monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str
) -> None:
    monkeypatch.setattr(Service, "command", StandIn.command)

    env = json.loads(make_service(env={"SHOP_WEB_THREADS": "2"}).run_cli("env").stdout)

    assert env["SHOP_DATABASE_URL"] == database_url
    assert env["SHOP_REDIS_URL"] == redis_url
    assert env["SHOP_WEB_THREADS"] == "2"
