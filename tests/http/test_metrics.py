"""What is counted, and who is told."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.metric_samples import label_values, read_metrics, sample_value, sum_samples
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient
from tests.support.polling import eventually
from tests.support.processes.ports import free_port
from tests.support.processes.process_groups import find_members
from tests.support.processes.processes import Service

REQUESTS, KEYED = "shop_http_request_seconds_count", "shop_idempotency_total"


@pytest.fixture
def service_with_metrics_bind(shop: Shop, own_database: str, own_redis: str, tmp_path: Path) -> Iterator[Service]:
    """A web server of its own, not started yet, on the tables of the shop."""
    assert shop
    service = Service(tmp_path, own_database, own_redis, {"SHOP_METRICS_BIND": f"127.0.0.1:{free_port()}"})
    yield service
    service.kill_all()


def readings_of(service: Service) -> Any:
    with HttpClient(service.env["SHOP_METRICS_BIND"]) as client:
        return read_metrics(client)


def test_requests_are_counted_by_the_template_of_their_route(client: HttpClient) -> None:
    route = {"method": "GET", "route": f"{API}/items/<id:item_id>", "status": "404"}
    before = read_metrics(client)

    for item in (999_991, 999_992, 999_993):
        client.get(f"{API}/items/{item}")

    after = read_metrics(client)
    assert sample_value(after, REQUESTS, **route) - sample_value(before, REQUESTS, **route) == 3


def test_what_strangers_make_up_is_no_row_of_its_own(client: HttpClient) -> None:
    for number in range(3):
        client.get(f"/nowhere/{number}")
        client.request(f"BREW{number}", f"{API}/items")

    rows = read_metrics(client)

    assert not [route for route in label_values(rows, REQUESTS, "route") if "nowhere" in route]
    assert label_values(rows, REQUESTS, "method") <= {
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "other",
    }
    assert sample_value(rows, REQUESTS, method="other", route="none", status="405") >= 3


def test_buckets_hold_what_was_faster(client: HttpClient) -> None:
    client.get("/livez")
    route = {"method": "GET", "route": "/livez", "status": "200"}
    rows = read_metrics(client)

    buckets = [
        sample_value(rows, "shop_http_request_seconds_bucket", **route, le=le) for le in ("0.001", "10.0", "+Inf")
    ]

    assert buckets == sorted(buckets)
    assert buckets[-1] == sample_value(rows, REQUESTS, **route) >= 1
    assert 0 < sample_value(rows, "shop_http_request_seconds_sum", **route) < 10 * buckets[-1]


@pytest.mark.parametrize(("again", "outcome"), [({"name": "One"}, "replayed"), ({"name": "Two"}, "mismatch")])
def test_keyed_requests_are_counted_by_what_became_of_them(
    client: HttpClient, shop: Shop, again: dict[str, str], outcome: str
) -> None:
    path, admin, key = f"{API}/items/{shop.offer()}", shop.admin(), {"Idempotency-Key": f"metrics-{outcome}"}
    before = read_metrics(client)

    client.request("PATCH", path, {"name": "One"}, token=admin, headers=key)
    client.request("PATCH", path, again, token=admin, headers=key)

    after = read_metrics(client)
    assert [
        sample_value(after, KEYED, outcome=o) - sample_value(before, KEYED, outcome=o) for o in ("executed", outcome)
    ] == [1, 1]
    assert sample_value(after, "shop_idempotency_seconds_count", outcome=outcome) >= 1


def test_a_mistake_of_the_caller_is_no_failure(client: HttpClient, shop: Shop) -> None:
    path, admin = f"{API}/items/{shop.offer()}", shop.admin()
    before = read_metrics(client)

    client.request("PATCH", path, {"price_minor": "much"}, token=admin)

    after = read_metrics(client)
    assert [
        sample_value(after, KEYED, outcome=o) - sample_value(before, KEYED, outcome=o) for o in ("refused", "failed")
    ] == [1, 0]


def test_purchases_are_counted_by_what_became_of_them(client: HttpClient, shop: Shop) -> None:
    item, buyer = shop.offer(stock=1), shop.buyer()
    before = read_metrics(client)

    for key in ("a", "a", "b"):
        shop.buy(item, buyer, Idempotency_Key=f"metrics-{item}-{key}")
    data_of(shop.buy(999_999, buyer), 404301)

    after, name = read_metrics(client), "shop_purchases_total"
    outcomes = ("pending", "confirmed", "stock_insufficient", "not_found")
    grown = {
        outcome: sample_value(after, name, outcome=outcome) - sample_value(before, name, outcome=outcome)
        for outcome in outcomes
    }
    assert (grown["pending"] + grown["confirmed"], grown["stock_insufficient"], grown["not_found"]) == (2, 1, 1)
    keyed = [
        sample_value(after, KEYED, outcome=o) - sample_value(before, KEYED, outcome=o) for o in ("executed", "replayed")
    ]
    assert keyed == [1, 1]


def test_what_waits_is_measured(client: HttpClient, shop: Shop) -> None:
    item, buyer = shop.offer(), shop.buyer()
    with shop.stop_process("worker"):
        data_of(shop.buy(item, buyer), 202)
        waiting = read_metrics(client)
    shop.wait_until_written(item, 1)

    assert sample_value(waiting, "shop_outbox_orders") >= 1
    assert 0 < sample_value(waiting, "shop_outbox_oldest_seconds") < 60
    assert sample_value(waiting, "shop_dead_letters") == 0


def test_nothing_that_was_counted_is_lost_with_a_process(service_with_metrics_bind: Service) -> None:
    service_with_metrics_bind.start("web")
    send_requests(service_with_metrics_bind, 40)
    before = sample_value(readings_of(service_with_metrics_bind), REQUESTS, method="GET", route="/", status="200")

    parent = service_with_metrics_bind.process("web").pid
    for pid in set(find_members(parent)) - {parent}:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: answers(service_with_metrics_bind), 20)
    send_requests(service_with_metrics_bind, 5)

    assert before == 40
    assert sample_value(readings_of(service_with_metrics_bind), REQUESTS, method="GET", route="/", status="200") == 45


def test_a_start_forgets_what_ended_processes_have_counted(service_with_metrics_bind: Service) -> None:
    service_with_metrics_bind.start("web")
    send_requests(service_with_metrics_bind, 7)
    service_with_metrics_bind.kill("web")
    service_with_metrics_bind.start("web")

    assert sample_value(readings_of(service_with_metrics_bind), REQUESTS, method="GET", route="/", status="200") == 0
    assert sum_samples(readings_of(service_with_metrics_bind), REQUESTS) >= 1


def test_metrics_of_their_own_port_are_on_no_other(service_with_metrics_bind: Service) -> None:
    service_with_metrics_bind.start("web")

    with service_with_metrics_bind.client() as client:
        data_of(client.get("/metrics"), 404)


def test_production_tells_nobody_unless_it_is_told_where(service_with_metrics_bind: Service, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"active": "k", "keys": {"k": "0123456789012345678901234567890123456789"}}')
    service_with_metrics_bind.env |= {
        "SHOP_ENV": "production",
        "SHOP_METRICS_BIND": "",
        "SHOP_JWT_KEYS_FILE": str(keys),
    }
    service_with_metrics_bind.start("web")

    with service_with_metrics_bind.client() as client:
        data_of(client.get("/metrics"), 404)


def test_a_port_that_is_taken_stops_the_start_with_a_sentence(service_with_metrics_bind: Service, shop: Shop) -> None:
    service_with_metrics_bind.env["SHOP_METRICS_BIND"] = shop.service.bind()

    done = service_with_metrics_bind.run_cli("web", check=False)

    assert done.returncode == 1
    assert "SHOP_METRICS_BIND" in done.stderr
    assert "Traceback" not in done.stderr


def send_requests(service: Service, times: int) -> None:
    for _ in range(times):
        with service.client() as client:
            assert client.get("/").status == 200


def answers(service: Service) -> bool:
    try:
        with service.client(timeout=1.0) as client:
            return client.get("/readyz").status == 200
    except OSError:
        return False
