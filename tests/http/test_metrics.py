"""What is counted, and who is told."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.metric_samples import labels, read, total, value
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient
from tests.support.polling import eventually
from tests.support.processes.ports import free_port
from tests.support.processes.process_groups import members
from tests.support.processes.processes import Service

REQUESTS, KEYED = "shop_http_request_seconds_count", "shop_idempotency_total"


@pytest.fixture
def apart(shop: Shop, own_database: str, own_redis: str, tmp_path: Path) -> Iterator[Service]:
    """A web server of its own, not started yet, on the tables of the shop."""
    assert shop
    service = Service(tmp_path, own_database, own_redis, {"SHOP_METRICS_BIND": f"127.0.0.1:{free_port()}"})
    yield service
    service.kill_all()


def readings_of(service: Service) -> Any:
    with HttpClient(service.env["SHOP_METRICS_BIND"]) as client:
        return read(client)


def test_requests_are_counted_by_the_template_of_their_route(client: HttpClient) -> None:
    route = {"method": "GET", "route": f"{API}/items/<id:item_id>", "status": "404"}
    before = read(client)

    for item in (999_991, 999_992, 999_993):
        client.get(f"{API}/items/{item}")

    after = read(client)
    assert value(after, REQUESTS, **route) - value(before, REQUESTS, **route) == 3


def test_what_strangers_make_up_is_no_row_of_its_own(client: HttpClient) -> None:
    for number in range(3):
        client.get(f"/nowhere/{number}")
        client.request(f"BREW{number}", f"{API}/items")

    rows = read(client)

    assert not [route for route in labels(rows, REQUESTS, "route") if "nowhere" in route]
    assert labels(rows, REQUESTS, "method") <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}
    assert value(rows, REQUESTS, method="other", route="none", status="405") >= 3


def test_buckets_hold_what_was_faster(client: HttpClient) -> None:
    client.get("/livez")
    route = {"method": "GET", "route": "/livez", "status": "200"}
    rows = read(client)

    buckets = [value(rows, "shop_http_request_seconds_bucket", **route, le=le) for le in ("0.001", "10.0", "+Inf")]

    assert buckets == sorted(buckets)
    assert buckets[-1] == value(rows, REQUESTS, **route) >= 1
    assert 0 < value(rows, "shop_http_request_seconds_sum", **route) < 10 * buckets[-1]


@pytest.mark.parametrize(("again", "outcome"), [({"name": "One"}, "replayed"), ({"name": "Two"}, "mismatch")])
def test_keyed_requests_are_counted_by_what_became_of_them(
    client: HttpClient, shop: Shop, again: dict[str, str], outcome: str
) -> None:
    path, admin, key = f"{API}/items/{shop.offer()}", shop.admin(), {"Idempotency-Key": f"metrics-{outcome}"}
    before = read(client)

    client.request("PATCH", path, {"name": "One"}, token=admin, headers=key)
    client.request("PATCH", path, again, token=admin, headers=key)

    after = read(client)
    assert [value(after, KEYED, outcome=o) - value(before, KEYED, outcome=o) for o in ("executed", outcome)] == [1, 1]
    assert value(after, "shop_idempotency_seconds_count", outcome=outcome) >= 1


def test_a_mistake_of_the_caller_is_no_failure(client: HttpClient, shop: Shop) -> None:
    path, admin = f"{API}/items/{shop.offer()}", shop.admin()
    before = read(client)

    client.request("PATCH", path, {"price_minor": "much"}, token=admin)

    after = read(client)
    assert [value(after, KEYED, outcome=o) - value(before, KEYED, outcome=o) for o in ("refused", "failed")] == [1, 0]


def test_purchases_are_counted_by_what_became_of_them(client: HttpClient, shop: Shop) -> None:
    item, buyer = shop.offer(stock=1), shop.buyer()
    before = read(client)

    for key in ("a", "a", "b"):
        shop.buy(item, buyer, Idempotency_Key=f"metrics-{item}-{key}")
    data_of(shop.buy(999_999, buyer), 404301)

    after, name = read(client), "shop_purchases_total"
    outcomes = ("pending", "confirmed", "stock_insufficient", "not_found")
    grown = {
        outcome: value(after, name, outcome=outcome) - value(before, name, outcome=outcome) for outcome in outcomes
    }
    assert (grown["pending"] + grown["confirmed"], grown["stock_insufficient"], grown["not_found"]) == (2, 1, 1)
    keyed = [value(after, KEYED, outcome=o) - value(before, KEYED, outcome=o) for o in ("executed", "replayed")]
    assert keyed == [1, 1]


def test_what_waits_is_measured(client: HttpClient, shop: Shop) -> None:
    item, buyer = shop.offer(), shop.buyer()
    with shop.without("worker"):
        data_of(shop.buy(item, buyer), 202)
        waiting = read(client)
    shop.wait_until_written(item, 1)

    assert value(waiting, "shop_outbox_orders") >= 1
    assert 0 < value(waiting, "shop_outbox_oldest_seconds") < 60
    assert value(waiting, "shop_dead_letters") == 0


def test_nothing_that_was_counted_is_lost_with_a_process(apart: Service) -> None:
    apart.start("web")
    ask(apart, 40)
    before = value(readings_of(apart), REQUESTS, method="GET", route="/", status="200")

    parent = apart.process("web").pid
    for pid in set(members(parent)) - {parent}:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: answers(apart), 20)
    ask(apart, 5)

    assert before == 40
    assert value(readings_of(apart), REQUESTS, method="GET", route="/", status="200") == 45


def test_a_start_forgets_what_ended_processes_have_counted(apart: Service) -> None:
    apart.start("web")
    ask(apart, 7)
    apart.kill("web")
    apart.start("web")

    assert value(readings_of(apart), REQUESTS, method="GET", route="/", status="200") == 0
    assert total(readings_of(apart), REQUESTS) >= 1


def test_metrics_of_their_own_port_are_on_no_other(apart: Service) -> None:
    apart.start("web")

    with apart.client() as client:
        data_of(client.get("/metrics"), 404)


def test_production_tells_nobody_unless_it_is_told_where(apart: Service, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"active": "k", "keys": {"k": "0123456789012345678901234567890123456789"}}')
    apart.env |= {"SHOP_ENV": "production", "SHOP_METRICS_BIND": "", "SHOP_JWT_KEYS_FILE": str(keys)}
    apart.start("web")

    with apart.client() as client:
        data_of(client.get("/metrics"), 404)


def test_a_port_that_is_taken_stops_the_start_with_a_sentence(apart: Service, shop: Shop) -> None:
    apart.env["SHOP_METRICS_BIND"] = shop.service.bind()

    done = apart.run_cli("web", check=False)

    assert done.returncode == 1
    assert "SHOP_METRICS_BIND" in done.stderr
    assert "Traceback" not in done.stderr


def ask(service: Service, times: int) -> None:
    for _ in range(times):
        with service.client() as client:
            assert client.get("/").status == 200


def answers(service: Service) -> bool:
    try:
        with service.client(timeout=1.0) as client:
            return client.get("/readyz").status == 200
    except OSError:
        return False
