"""Requests with a slow or unreachable log sink."""

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.metric_samples import read_metrics, sample_value
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient
from tests.support.polling import eventually
from tests.support.processes.ports import free_port
from tests.support.processes.processes import Service
from tests.support.servers.mongo import Mongo

ROUNDS, REQUESTS = 6, 25
# Far below the second that the sink takes; benchmarks/bench_logging.py measures the cost of a sink.
DELAY_MAX = 0.3
Serve = Callable[..., Service]


@pytest.fixture
def serve(shop: Shop, own_database: str, own_redis: str, tmp_path: Path) -> Iterator[Serve]:
    """Start further web servers on the tables and keys of the shop."""
    services: list[Service] = []

    def serve(**env: str) -> Service:
        var = str(shop.service.folder / "var")
        service = Service(tmp_path, own_database, own_redis, {"SHOP_WEB_WORKERS": "1", "SHOP_VAR": var, **env})
        services.append(service)
        service.start(f"web.{len(services)}")
        return service

    yield serve
    for service in services:
        service.kill_all()


def client_of(service: Service) -> HttpClient:
    (name,) = service._processes
    return service.client(name)


def measure_delay(slow: HttpClient, plain: HttpClient) -> float:
    """Return the delay of a request in seconds, measured in alternating rounds."""
    differences = []
    for _ in range(ROUNDS):
        durations = {client: [seconds_of(client) for _ in range(REQUESTS)] for client in (plain, slow)}
        differences.append(median(durations[slow]) - median(durations[plain]))
    return median(differences)


def seconds_of(client: HttpClient) -> float:
    start = perf_counter()
    assert client.get(f"{API}/items").status == 200
    return perf_counter() - start


def test_a_slow_sink_does_not_delay_requests(serve: Serve, mongo: Mongo) -> None:
    mongo.delay = 1.0
    with client_of(serve(SHOP_LOG_MONGO_URL=mongo.url)) as slow, client_of(serve()) as plain:
        assert measure_delay(slow, plain) < DELAY_MAX

    mongo.delay = 0.0
    eventually(lambda: sum(map(len, mongo.collections.values())) >= ROUNDS * REQUESTS, 20)


def test_an_unreachable_sink_delays_no_request_and_drops_are_counted(serve: Serve) -> None:
    unreachable = f"mongodb://127.0.0.1:{free_port()}/shop"
    with client_of(serve(SHOP_LOG_MONGO_URL=unreachable, SHOP_LOG_QUEUE="50")) as slow, client_of(serve()) as plain:
        assert measure_delay(slow, plain) < DELAY_MAX

        eventually(lambda: sample_value(read_metrics(slow), "shop_log_dropped_total", sink="mongo") > 0, 10)


def test_a_search_uses_the_configured_store(serve: Serve, mongo: Mongo, shop: Shop) -> None:
    admin = shop.admin()
    with client_of(serve(SHOP_LOG_MONGO_URL=mongo.url, SHOP_LOG_FILE="")) as client:
        client.get("/nowhere", headers={"X-Request-ID": "mongo-1"})
        client.get(f"{API}/auth/me", token=admin, headers={"X-Request-ID": "mongo-1"})

        def assert_found() -> None:
            records = data_of(client.get(f"{API}/logs?request_id=mongo-1", token=admin), 200)["data"]
            assert [entry["message"].split(" in ")[0] for entry in records] == [f"GET {API}/auth/me 200"]

        eventually(assert_found, 10)

        mongo.destroy()
        response = client.get(f"{API}/logs?request_id=mongo-1", token=admin)
        data_of(response, 503801)
        assert response.headers["Retry-After"]
