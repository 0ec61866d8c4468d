"""Requests with a slow or unreachable log sink."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.metric_samples import read_metrics, sample_value
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient
from tests.support.polling import eventually
from tests.support.processes.ports import free_port
from tests.support.processes.processes import Service
from tests.support.servers.mongo import Mongo

# Several times the queue; benchmarks/bench_logging.py measures the cost of a sink.
REQUESTS = 200
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
        service.close()


def client_of(service: Service) -> HttpClient:
    (name,) = service._processes
    return service.client(name)


def send_requests(client: HttpClient) -> None:
    """Send requests; a request that waits for a sink fails at the time-out of the client."""
    for _ in range(REQUESTS):
        assert client.get(f"{API}/items").status == 200


def test_a_slow_sink_does_not_delay_requests(serve: Serve, mongo: Mongo) -> None:
    mongo.gate.clear()
    with client_of(serve(SHOP_LOG_MONGO_URL=mongo.url)) as client:
        send_requests(client)
        # All are answered, and the sink has taken nothing.
        assert not any(mongo.collections.values())

    mongo.gate.set()
    eventually(lambda: sum(map(len, mongo.collections.values())) >= REQUESTS, 20)


def test_an_unreachable_sink_delays_no_request_and_drops_are_counted(serve: Serve) -> None:
    unreachable = f"mongodb://127.0.0.1:{free_port()}/shop"
    with client_of(serve(SHOP_LOG_MONGO_URL=unreachable, SHOP_LOG_QUEUE="50")) as client:
        send_requests(client)

        # What does not fit into the queue is dropped instead of waited for.
        eventually(lambda: sample_value(read_metrics(client), "shop_log_dropped_total", sink="mongo") > 0, 10)


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
