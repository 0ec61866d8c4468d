"""Metrics on their own port, over the life of several processes."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.metric_samples import Samples, read_metrics, sample_value, sum_samples
from tests.http.support.shop import Shop
from tests.support.http import HttpClient
from tests.support.polling import eventually
from tests.support.processes.ports import free_port
from tests.support.processes.process_groups import find_members
from tests.support.processes.processes import Service

REQUESTS = "shop_http_request_seconds_count"


@pytest.fixture
def metrics_service(shop: Shop, own_database: str, own_redis: str, tmp_path: Path) -> Iterator[Service]:
    """Web server with a metrics port, not started yet."""
    assert shop
    service = Service(tmp_path, own_database, own_redis, {"SHOP_METRICS_BIND": f"127.0.0.1:{free_port()}"})
    yield service
    service.close()


def samples_of(service: Service) -> Samples:
    with HttpClient(service.env["SHOP_METRICS_BIND"]) as client:
        return read_metrics(client)


def test_counts_of_a_killed_process_are_kept(metrics_service: Service) -> None:
    metrics_service.start("web")
    send_requests(metrics_service, 40)
    before = sample_value(samples_of(metrics_service), REQUESTS, method="GET", route="/", status="200")

    parent = metrics_service.process("web").pid
    for pid in set(find_members(parent)) - {parent}:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: is_ready(metrics_service), 20)
    send_requests(metrics_service, 5)

    assert before == 40
    assert sample_value(samples_of(metrics_service), REQUESTS, method="GET", route="/", status="200") == 45


def test_a_start_removes_counts_of_ended_processes(metrics_service: Service) -> None:
    metrics_service.start("web")
    send_requests(metrics_service, 7)
    metrics_service.kill("web")
    metrics_service.start("web")

    assert sample_value(samples_of(metrics_service), REQUESTS, method="GET", route="/", status="200") == 0
    assert sum_samples(samples_of(metrics_service), REQUESTS) >= 1


def test_metrics_with_their_own_port_are_not_on_the_main_port(metrics_service: Service) -> None:
    metrics_service.start("web")

    with metrics_service.client() as client:
        data_of(client.get("/metrics"), 404)


def test_production_without_a_metrics_port_exports_nothing(metrics_service: Service, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"active": "k", "keys": {"k": "0123456789012345678901234567890123456789"}}')
    metrics_service.env |= {
        "SHOP_ENV": "production",
        "SHOP_METRICS_BIND": "",
        "SHOP_JWT_KEYS_FILE": str(keys),
    }
    metrics_service.start("web")

    with metrics_service.client() as client:
        data_of(client.get("/metrics"), 404)


def test_a_port_in_use_stops_the_start_with_a_message(metrics_service: Service, shop: Shop) -> None:
    metrics_service.env["SHOP_METRICS_BIND"] = shop.service.bind()

    result = metrics_service.run_cli("web", check=False)

    assert result.returncode == 1
    assert "SHOP_METRICS_BIND" in result.stderr
    assert "Traceback" not in result.stderr


def send_requests(service: Service, times: int) -> None:
    for _ in range(times):
        with service.client() as client:
            assert client.get("/").status == 200


def is_ready(service: Service) -> bool:
    try:
        with service.client(timeout=1.0) as client:
            return client.get("/readyz").status == 200
    except OSError:
        return False
