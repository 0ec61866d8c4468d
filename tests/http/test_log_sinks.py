"""What happens to a sink does not happen to a request."""

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

ROUNDS, ASKED = 6, 25
# Next to the second that the sink takes; how much a sink costs is for benchmarks/bench_logging.py to say.
BARELY = 0.3
Serve = Callable[..., Service]


@pytest.fixture
def serve(shop: Shop, own_database: str, own_redis: str, tmp_path: Path) -> Iterator[Serve]:
    """Web servers of their own, on the tables of the shop, with tokens of its keys."""
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


def seconds_more(slow: HttpClient, plain: HttpClient) -> float:
    """How much longer a request takes there, in rounds that take turns."""
    more = []
    for _ in range(ROUNDS):
        took = {client: [seconds_of(client) for _ in range(ASKED)] for client in (plain, slow)}
        more.append(median(took[slow]) - median(took[plain]))
    return median(more)


def seconds_of(client: HttpClient) -> float:
    began = perf_counter()
    assert client.get(f"{API}/items").status == 200
    return perf_counter() - began


def test_a_sink_that_takes_a_second_slows_no_request(serve: Serve, mongo: Mongo) -> None:
    mongo.delay = 1.0
    with client_of(serve(SHOP_LOG_MONGO_URL=mongo.url)) as slow, client_of(serve()) as plain:
        assert seconds_more(slow, plain) < BARELY

    mongo.delay = 0.0
    eventually(lambda: sum(map(len, mongo.collections.values())) >= ROUNDS * ASKED, 20)


def test_a_sink_that_is_away_slows_no_request_and_what_it_misses_is_counted(serve: Serve) -> None:
    away = f"mongodb://127.0.0.1:{free_port()}/shop"
    with client_of(serve(SHOP_LOG_MONGO_URL=away, SHOP_LOG_QUEUE="50")) as slow, client_of(serve()) as plain:
        assert seconds_more(slow, plain) < BARELY

        eventually(lambda: sample_value(read_metrics(slow), "shop_log_dropped_total", sink="mongo") > 0, 10)


def test_a_search_asks_the_store_that_the_settings_name(serve: Serve, mongo: Mongo, shop: Shop) -> None:
    admin = shop.admin()
    with client_of(serve(SHOP_LOG_MONGO_URL=mongo.url, SHOP_LOG_FILE="")) as client:
        client.get("/nowhere", headers={"X-Request-ID": "mongo-1"})
        client.get(f"{API}/auth/me", token=admin, headers={"X-Request-ID": "mongo-1"})

        def told() -> None:
            found = data_of(client.get(f"{API}/logs?request_id=mongo-1", token=admin), 200)["data"]
            assert [entry["message"].split(" in ")[0] for entry in found] == [f"GET {API}/auth/me 200"]

        eventually(told, 10)

        mongo.destroy()
        answer = client.get(f"{API}/logs?request_id=mongo-1", token=admin)
        data_of(answer, 503801)
        assert answer.headers["Retry-After"]
