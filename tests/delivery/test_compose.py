"""Services of the compose file: health checks, hardening, networks and secrets."""

from ipaddress import ip_network
from typing import Any

import pytest

from tests.delivery.delivery_files import ROOT, is_built_here, read_yaml, services

ONE_SHOT = {"migrate", "seed"}
LONG_RUNNING = sorted(set(services()) - ONE_SHOT)
STORES = ["mysql", "redis"]


def test_the_stack_has_all_services() -> None:
    assert set(services()) == {"proxy", "migrate", "web", "worker", "scheduler", "seed", "mysql", "redis"}


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_a_long_running_service_has_a_health_check_restarts_and_a_stop_time(name: str) -> None:
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
    assert is_built_here(service) or service["user"].split(":")[0].isdecimal()
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(ONE_SHOT))
def test_a_one_shot_job_is_not_restarted(name: str) -> None:
    assert services()[name]["restart"] == "no"
    assert services()[name]["healthcheck"] == {"disable": True}


@pytest.mark.parametrize("name", ["web", "worker", "scheduler"])
def test_the_service_starts_after_the_migration(name: str) -> None:
    conditions = {other: options["condition"] for other, options in services()[name]["depends_on"].items()}
    assert conditions["migrate"] == "service_completed_successfully"
    assert conditions["mysql"] == conditions["redis"] == "service_healthy"


def test_a_service_waits_only_for_services_with_a_health_check() -> None:
    dependencies = [item for service in services().values() for item in service.get("depends_on", {}).items()]
    assert {name for name, options in dependencies if options["condition"] == "service_healthy"} <= set(LONG_RUNNING)
    assert {options["condition"] for _, options in dependencies} <= {
        "service_healthy",
        "service_completed_successfully",
    }


def test_only_the_proxy_is_reachable_from_outside() -> None:
    assert [name for name, service in services().items() if "ports" in service] == ["proxy"]
    assert read_yaml("docker-compose.yml")["networks"]["data"] == {"internal": True}
    assert [services()[name]["networks"] for name in STORES] == [["data"], ["data"]]
    assert services()["proxy"]["networks"] == ["edge"]


def test_only_the_network_of_the_proxy_is_trusted_for_client_addresses() -> None:
    (trusted,) = read_yaml("docker-compose.yml")["networks"]["edge"]["ipam"]["config"]
    assert services()["web"]["environment"]["SHOP_TRUSTED_PROXIES"] == trusted["subnet"]
    assert ip_network(trusted["subnet"].partition(":-")[2].rstrip("}")).is_private


def test_the_environment_contains_no_secret() -> None:
    secret_parts = ("PASSWORD", "SECRET", "KEYS", "URL")
    settings = [item for service in services().values() for item in service.get("environment", {}).items()]
    secret = {name: value for name, value in settings if any(part in name for part in secret_parts)}
    assert [name for name, value in secret.items() if not (name.endswith("_FILE") and _mounted(value))] == []


@pytest.mark.parametrize("name", sorted(services()))
def test_a_service_reads_only_its_own_secrets(name: str) -> None:
    service = services()[name]
    granted = {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}
    assert {value for value in service.get("environment", {}).values() if _mounted(value)} <= granted


def test_all_declared_secrets_are_used() -> None:
    granted = {secret for service in services().values() for secret in service.get("secrets", [])}
    assert granted == set(read_yaml("docker-compose.yml")["secrets"])


def test_mounted_files_of_the_repository_exist_and_are_read_only() -> None:
    volumes = [volume for service in services().values() for volume in service.get("volumes", [])]
    files = [volume for volume in volumes if volume.startswith("./")]
    assert files
    assert [
        volume for volume in files if not (ROOT / volume.split(":")[0]).is_file() or not volume.endswith(":ro")
    ] == []


def test_mysql_is_configured_for_durable_commits() -> None:
    flags = set(services()["mysql"]["command"])
    assert flags >= {
        "--transaction-isolation=READ-COMMITTED", "--character-set-server=utf8mb4",
        "--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1",
    }  # fmt: skip


def _mounted(value: Any) -> bool:
    return str(value).startswith("/run/secrets/")
