"""Rate limit headers of responses, and refused requests."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from shop.core.settings.rate import Rate
from tests.http.support.shop import API
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.rate_limiting.limit_headers import parse_limits, parse_names, parse_without_seconds
from tests.support.call_recording import record_commands
from tests.support.limits import UNLIMITED
from tests.support.servers.valkey import Valkey

TOO_MANY = 429001


@pytest.fixture
def shop(make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    """Return a shop with a limit of ten requests a minute."""
    return make_in_process_shop(limit_default=Rate(10, 60))


def send_request(shop: InProcessShop, method: str, path: str, **options: Any) -> TestResponse:
    return shop.http.open(f"{API}{path}", method=method, **options)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/items", 200),
        ("HEAD", "/items", 200),
        ("GET", "/items/999999", 404),
        ("GET", "/nowhere", 404),
        ("GET", "", 404),
        ("PUT", "/items", 405),
        ("OPTIONS", "/items", 204),
        ("GET", "/items?per_page=x", 422),
        ("GET", "/orders", 401),
    ],
)
def test_every_response_reports_the_remaining_requests(
    shop: InProcessShop, method: str, path: str, status: int
) -> None:
    responses = [send_request(shop, method, path) for _ in range(3)]

    assert [response.status_code for response in responses] == [status] * 3
    assert [parse_without_seconds(response.headers) for response in responses] == [
        [("default", 10, 60, left)] for left in (9, 8, 7)
    ]
    assert "Retry-After" not in responses[0].headers


def test_the_headers_are_structured_fields(shop: InProcessShop) -> None:
    headers = send_request(shop, "GET", "/items").headers

    assert (headers["RateLimit-Policy"], headers["RateLimit"]) == ('"default";q=10;w=60', '"default";r=9;t=60')


def test_a_request_above_the_limit_is_refused_with_retry_after(shop: InProcessShop) -> None:
    responses = [send_request(shop, "GET", "/items") for _ in range(12)]

    assert [response.status_code for response in responses] == [200] * 10 + [429] * 2
    refused = responses[-1]
    (limit,) = parse_limits(refused.headers)
    assert (limit.left, refused.headers["Retry-After"]) == (0, str(limit.seconds))
    assert refused.json == {
        "status": "error",
        "code": TOO_MANY,
        "message": f"Too many requests; try again in {limit.seconds} seconds.",
        "data": {
            "error_code": "TOO_MANY_REQUESTS",
            "retry": "after",
            "seconds": limit.seconds,
            "violated-policies": ["default"],
        },
    }
    assert [response.headers.get("Retry-After") for response in responses[:10]] == [None] * 10


def test_a_refused_request_gets_a_problem_document_or_a_translated_message(shop: InProcessShop) -> None:
    for _ in range(10):
        send_request(shop, "GET", "/nowhere")

    problem = send_request(shop, "GET", "/items", headers={"Accept": "application/problem+json"})
    chinese = send_request(shop, "GET", "/items?lang=zh-TW")

    assert (problem.json or {}) | {"detail": "", "seconds": 0} == {
        "type": f"/errors/{TOO_MANY}", "title": "Too many requests; try again in … seconds.", "status": 429,
        "detail": "", "instance": f"{API}/items", "code": TOO_MANY, "error_code": "TOO_MANY_REQUESTS",
        "retry": "after", "seconds": 0, "violated-policies": ["default"],
    }  # fmt: skip
    assert parse_names(problem.headers) == ["default"]
    assert "請求過於頻繁" in (chinese.json or {})["message"]


def test_the_next_window_starts_with_the_first_request_after_the_last_window(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey
) -> None:
    shop = make_in_process_shop(limit_default=Rate(2, 1))
    first = [send_request(shop, "GET", "/nowhere").status_code for _ in range(3)]
    with valkey.client() as client:
        (key,) = client.keys("1:quota:*")
        assert 0 < client.pttl(key) <= 1000
        while client.exists(key):
            pass

    assert first == [404, 404, 429]
    assert [send_request(shop, "GET", "/nowhere").status_code for _ in range(3)] == [404, 404, 429]


def test_refused_requests_do_not_extend_the_window(make_in_process_shop: MakeInProcessShop, valkey: Valkey) -> None:
    shops = [make_in_process_shop(limit_default=Rate(10, 60)) for _ in range(5)]
    for _ in range(10):
        send_request(shops[0], "GET", "/nowhere")
    with valkey.client() as client:
        (key,) = client.keys("1:quota:*")
        client.pexpire(key, 20_000)

        # Each process queries Redis before it refuses.
        refused = [send_request(shop, "GET", "/nowhere") for shop in shops]

        assert [response.status_code for response in refused] == [429] * 5
        assert (int(client.get(key) or 0), client.pttl(key) <= 20_000) == (10, True)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/docs", "/openapi.json", "/errors", "/", "/apiv1"])
def test_paths_outside_the_api_are_not_limited(shop: InProcessShop, valkey: Valkey, path: str) -> None:
    with record_commands(valkey) as commands:
        responses = [shop.http.get(path) for _ in range(11)]

    assert {response.status_code for response in responses} <= {200, 404}
    assert [response for response in responses if parse_names(response.headers)] == []
    assert [command for command in commands if "EVAL" in command and ":probe:" not in command] == []


def test_one_request_is_one_round_trip(shop: InProcessShop, valkey: Valkey) -> None:
    send_request(shop, "GET", "/nowhere")

    with record_commands(valkey) as commands:
        send_request(shop, "GET", "/nowhere")

    assert [command.split()[0] for command in commands] == ["EVALSHA"]


def test_an_exhausted_quota_is_refused_without_redis(shop: InProcessShop, valkey: Valkey) -> None:
    for _ in range(11):
        send_request(shop, "GET", "/nowhere")

    with record_commands(valkey) as commands:
        statuses = {send_request(shop, "GET", "/nowhere").status_code for _ in range(50)}

    assert (statuses, len(commands) <= 1) == ({429}, True), commands


def test_without_limits_there_are_no_headers_and_no_round_trips(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey
) -> None:
    shop = make_in_process_shop(**UNLIMITED)

    with record_commands(valkey) as commands:
        responses = [send_request(shop, "GET", "/nowhere") for _ in range(20)]

    assert ({response.status_code for response in responses}, commands) == ({404}, [])
    assert [response for response in responses if "RateLimit" in response.headers] == []


def test_a_preflight_is_answered_and_not_counted(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_default=Rate(2, 60), cors_origins=("https://shop.example",))
    preflight = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}

    responses = [send_request(shop, "OPTIONS", "/items", headers=preflight) for _ in range(5)]

    assert [(response.status_code, parse_names(response.headers)) for response in responses] == [(204, [])] * 5
    response = send_request(shop, "GET", "/items", headers={"Origin": "https://shop.example"})
    assert response.status_code == 200
    exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed)
