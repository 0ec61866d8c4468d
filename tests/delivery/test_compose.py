from ipaddress import ip_network
from typing import Any

import pytest

from tests.delivery.delivery_files import ROOT, ours, services, yaml

ONE_SHOT = {"migrate", "seed"}
LONG_RUNNING = sorted(set(services()) - ONE_SHOT)
STORES = ["mysql", "redis"]


def test_the_stack_has_every_part() -> None:
    assert set(services()) == {"proxy", "migrate", "web", "worker", "scheduler", "seed", "mysql", "redis"}


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_a_long_running_service_is_watched_restarted_and_given_time_to_stop(name: str) -> None:
    service = services()[name]
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert service["restart"] == "unless-stopped"
    assert service["stop_grace_period"]


@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_is_hardened(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert ours(service) or service["user"].split(":")[0].isdecimal()
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(ONE_SHOT))
def test_a_one_shot_job_is_not_restarted(name: str) -> None:
    assert services()[name]["restart"] == "no"
    assert services()[name]["healthcheck"] == {"disable": True}


@pytest.mark.parametrize("name", ["web", "worker", "scheduler"])
def test_nothing_of_ours_starts_before_the_migration_is_through(name: str) -> None:
    conditions = {other: what["condition"] for other, what in services()[name]["depends_on"].items()}
    assert conditions["migrate"] == "service_completed_successfully"
    assert conditions["mysql"] == conditions["redis"] == "service_healthy"


def test_a_service_waits_only_for_health_that_is_measured() -> None:
    waited = [(other, what) for service in services().values() for other, what in service.get("depends_on", {}).items()]
    assert {other for other, what in waited if what["condition"] == "service_healthy"} <= set(LONG_RUNNING)
    assert {what["condition"] for _, what in waited} <= {"service_healthy", "service_completed_successfully"}


def test_only_the_proxy_is_reachable_from_outside() -> None:
    assert [name for name, service in services().items() if "ports" in service] == ["proxy"]
    assert yaml("docker-compose.yml")["networks"]["data"] == {"internal": True}
    assert [services()[name]["networks"] for name in STORES] == [["data"], ["data"]]
    assert services()["proxy"]["networks"] == ["edge"]


def test_the_proxy_and_nobody_outside_is_trusted_to_say_who_calls() -> None:
    (trusted,) = yaml("docker-compose.yml")["networks"]["edge"]["ipam"]["config"]
    assert services()["web"]["environment"]["SHOP_TRUSTED_PROXIES"] == trusted["subnet"]
    assert ip_network(trusted["subnet"].partition(":-")[2].rstrip("}")).is_private


def test_no_secret_stands_in_the_environment() -> None:
    words = ("PASSWORD", "SECRET", "KEYS", "URL")
    settings = [item for service in services().values() for item in service.get("environment", {}).items()]
    secret = {name: value for name, value in settings if any(word in name for word in words)}
    assert [name for name, value in secret.items() if not (name.endswith("_FILE") and _mounted(value))] == []


@pytest.mark.parametrize("name", sorted(services()))
def test_a_service_reads_the_secrets_it_is_given_and_no_other(name: str) -> None:
    service = services()[name]
    granted = {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}
    assert {value for value in service.get("environment", {}).values() if _mounted(value)} <= granted


def test_the_secrets_granted_are_the_secrets_declared() -> None:
    granted = {secret for service in services().values() for secret in service.get("secrets", [])}
    assert granted == set(yaml("docker-compose.yml")["secrets"])


def test_what_is_mounted_from_the_repository_is_there() -> None:
    volumes = [volume for service in services().values() for volume in service.get("volumes", [])]
    ours_ = [volume for volume in volumes if volume.startswith("./")]
    assert ours_
    assert [
        volume for volume in ours_ if not (ROOT / volume.split(":")[0]).is_file() or not volume.endswith(":ro")
    ] == []


def test_mysql_keeps_what_it_has_committed() -> None:
    flags = set(services()["mysql"]["command"])
    assert flags >= {
        "--transaction-isolation=READ-COMMITTED", "--character-set-server=utf8mb4",
        "--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1",
    }  # fmt: skip


def _mounted(value: Any) -> bool:
    return str(value).startswith("/run/secrets/")
