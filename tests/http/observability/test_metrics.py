"""Counts of requests and purchases at /metrics."""

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.metric_samples import Samples, label_values, read_metrics, sample_value
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

REQUESTS, IDEMPOTENT = "shop_http_request_seconds_count", "shop_idempotency_total"


def increases(before: Samples, after: Samples, name: str, *outcomes: str) -> list[float]:
    """Return the growth of a counter for each outcome."""
    return [
        sample_value(after, name, outcome=outcome) - sample_value(before, name, outcome=outcome) for outcome in outcomes
    ]


def test_requests_are_counted_by_route_template(client: HttpClient) -> None:
    route = {"method": "GET", "route": f"{API}/items/<id:item_id>", "status": "404"}
    before = read_metrics(client)

    for item in (999_991, 999_992, 999_993):
        client.get(f"{API}/items/{item}")

    after = read_metrics(client)
    assert sample_value(after, REQUESTS, **route) - sample_value(before, REQUESTS, **route) == 3


def test_unknown_paths_and_methods_create_no_time_series(client: HttpClient) -> None:
    for number in range(3):
        client.get(f"/nowhere/{number}")
        client.request(f"BREW{number}", f"{API}/items")

    samples = read_metrics(client)

    assert not [route for route in label_values(samples, REQUESTS, "route") if "nowhere" in route]
    assert label_values(samples, REQUESTS, "method") <= {
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "other",
    }
    assert sample_value(samples, REQUESTS, method="other", route="none", status="405") >= 3


def test_buckets_are_cumulative(client: HttpClient) -> None:
    client.get("/livez")
    route = {"method": "GET", "route": "/livez", "status": "200"}
    samples = read_metrics(client)

    buckets = [
        sample_value(samples, "shop_http_request_seconds_bucket", **route, le=le) for le in ("0.001", "10.0", "+Inf")
    ]

    assert buckets == sorted(buckets)
    assert buckets[-1] == sample_value(samples, REQUESTS, **route) >= 1
    assert 0 < sample_value(samples, "shop_http_request_seconds_sum", **route) < 10 * buckets[-1]


@pytest.mark.parametrize(("second_body", "outcome"), [({"name": "One"}, "replayed"), ({"name": "Two"}, "mismatch")])
def test_idempotent_requests_are_counted_by_outcome(
    client: HttpClient, shop: Shop, second_body: dict[str, str], outcome: str
) -> None:
    path, admin, key = f"{API}/items/{shop.offer()}", shop.admin(), {"Idempotency-Key": f"metrics-{outcome}"}
    before = read_metrics(client)

    client.request("PATCH", path, {"name": "One"}, token=admin, headers=key)
    for _ in range(3):
        client.request("PATCH", path, second_body, token=admin, headers=key)

    after = read_metrics(client)
    assert increases(before, after, IDEMPOTENT, "executed", outcome) == [1, 3]
    assert sample_value(after, "shop_idempotency_seconds_count", outcome=outcome) >= 1


def test_an_invalid_request_is_refused_and_not_failed(client: HttpClient, shop: Shop) -> None:
    path, admin = f"{API}/items/{shop.offer()}", shop.admin()
    before = read_metrics(client)

    for _ in range(2):
        client.request("PATCH", path, {"price_minor": "much"}, token=admin)

    after = read_metrics(client)
    assert increases(before, after, IDEMPOTENT, "refused", "failed", "executed") == [2, 0, 0]


def test_purchases_are_counted_by_outcome(client: HttpClient, shop: Shop) -> None:
    item, buyer = shop.offer(stock=1), shop.buyer()
    before = read_metrics(client)

    for key in ("a", "a", "a", "b", "c", "d", "e"):
        shop.buy(item, buyer, Idempotency_Key=f"metrics-{item}-{key}")
    for _ in range(5):
        data_of(shop.buy(999_999, buyer), 404301)

    after = read_metrics(client)
    sold = increases(before, after, "shop_purchases_total", "pending", "confirmed")
    assert sum(sold) == 3
    assert increases(before, after, "shop_purchases_total", "stock_insufficient", "not_found") == [4, 5]
    assert increases(before, after, IDEMPOTENT, "executed", "replayed") == [1, 2]


def test_pending_orders_are_measured(client: HttpClient, shop: Shop) -> None:
    item, buyer = shop.offer(), shop.buyer()
    with shop.stop_process("worker"):
        data_of(shop.buy(item, buyer), 202)
        waiting = read_metrics(client)
    shop.wait_until_written(item, 1)

    assert sample_value(waiting, "shop_outbox_orders") >= 1
    assert 0 < sample_value(waiting, "shop_outbox_oldest_seconds") < 60
    assert sample_value(waiting, "shop_dead_letters") == 0
