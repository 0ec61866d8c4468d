"""What answers say of limits, and what becomes of those that are too many."""

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
    """A shop in which a client may ask ten times a minute."""
    return make_in_process_shop(limit_default=Rate(10, 60))


def send_request(shop: InProcessShop, method: str, path: str, **words: Any) -> TestResponse:
    return shop.http.open(f"{API}{path}", method=method, **words)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/items", 200),
        ("HEAD", "/items", 200),
        ("GET", "/items/999999", 404),
        ("GET", "/nowhere", 404),
        ("GET", "", 404),
        ("PUT", "/items", 405),
        ("OPTIONS", "/items", 405),
        ("GET", "/items?per_page=x", 422),
        ("GET", "/orders", 401),
    ],
)
def test_every_answer_says_how_much_is_left(shop: InProcessShop, method: str, path: str, status: int) -> None:
    answers = [send_request(shop, method, path) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [status] * 3
    assert [parse_without_seconds(answer.headers) for answer in answers] == [
        [("default", 10, 60, left)] for left in (9, 8, 7)
    ]
    assert "Retry-After" not in answers[0].headers


def test_the_fields_are_structured_fields(shop: InProcessShop) -> None:
    headers = send_request(shop, "GET", "/items").headers

    assert (headers["RateLimit-Policy"], headers["RateLimit"]) == ('"default";q=10;w=60', '"default";r=9;t=60')


def test_what_is_too_much_is_refused_and_told_when_to_come_back(shop: InProcessShop) -> None:
    answers = [send_request(shop, "GET", "/items") for _ in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    refused = answers[-1]
    (standing,) = parse_limits(refused.headers)
    assert (standing.left, refused.headers["Retry-After"]) == (0, str(standing.seconds))
    assert refused.json == {
        "status": "error",
        "code": TOO_MANY,
        "message": f"Too many requests; try again in {standing.seconds} seconds.",
        "data": {"error_code": "TOO_MANY_REQUESTS", "seconds": standing.seconds},
    }
    assert [answer.headers.get("Retry-After") for answer in answers[:10]] == [None] * 10


def test_a_refusal_speaks_as_every_failure_does(shop: InProcessShop) -> None:
    for _ in range(10):
        send_request(shop, "GET", "/nowhere")

    problem = send_request(shop, "GET", "/items", headers={"Accept": "application/problem+json"})
    chinese = send_request(shop, "GET", "/items?lang=zh-TW")

    assert (problem.json or {}) | {"detail": "", "seconds": 0} == {
        "type": f"/errors/{TOO_MANY}", "title": "Too many requests; try again in … seconds.", "status": 429,
        "detail": "", "instance": f"{API}/items", "code": TOO_MANY, "error_code": "TOO_MANY_REQUESTS", "seconds": 0,
    }  # fmt: skip
    assert parse_names(problem.headers) == ["default"]
    assert "請求過於頻繁" in (chinese.json or {})["message"]


def test_the_next_window_begins_with_the_first_request_after_this_one(
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


def test_what_is_refused_does_not_lengthen_the_window(make_in_process_shop: MakeInProcessShop, valkey: Valkey) -> None:
    shops = [make_in_process_shop(limit_default=Rate(10, 60)) for _ in range(5)]
    for _ in range(10):
        send_request(shops[0], "GET", "/nowhere")
    with valkey.client() as client:
        (key,) = client.keys("1:quota:*")
        client.pexpire(key, 20_000)

        # Each of them asks Redis before it refuses.
        refused = [send_request(shop, "GET", "/nowhere") for shop in shops]

        assert [answer.status_code for answer in refused] == [429] * 5
        assert (int(client.get(key) or 0), client.pttl(key) <= 20_000) == (10, True)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/docs", "/openapi.json", "/errors", "/", "/apiv1"])
def test_what_is_not_the_api_is_not_limited(shop: InProcessShop, valkey: Valkey, path: str) -> None:
    with record_commands(valkey) as commands:
        answers = [shop.http.get(path) for _ in range(11)]

    assert {answer.status_code for answer in answers} <= {200, 404}
    assert [answer for answer in answers if parse_names(answer.headers)] == []
    assert [command for command in commands if "EVAL" in command] == []


def test_one_request_is_one_round_trip(shop: InProcessShop, valkey: Valkey) -> None:
    send_request(shop, "GET", "/nowhere")

    with record_commands(valkey) as commands:
        send_request(shop, "GET", "/nowhere")

    assert [command.split()[0] for command in commands] == ["EVALSHA"]


def test_what_is_spent_is_refused_without_redis(shop: InProcessShop, valkey: Valkey) -> None:
    for _ in range(11):
        send_request(shop, "GET", "/nowhere")

    with record_commands(valkey) as commands:
        statuses = {send_request(shop, "GET", "/nowhere").status_code for _ in range(50)}

    assert (statuses, len(commands) <= 1) == ({429}, True), commands


def test_off_is_no_limit_no_field_and_no_round_trip(make_in_process_shop: MakeInProcessShop, valkey: Valkey) -> None:
    shop = make_in_process_shop(**UNLIMITED)

    with record_commands(valkey) as commands:
        answers = [send_request(shop, "GET", "/nowhere") for _ in range(20)]

    assert ({answer.status_code for answer in answers}, commands) == ({404}, [])
    assert [answer for answer in answers if "RateLimit" in answer.headers] == []


def test_a_preflight_is_answered_and_not_counted(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(limit_default=Rate(2, 60), cors_origins=("https://shop.example",))
    asks = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}

    answers = [send_request(shop, "OPTIONS", "/items", headers=asks) for _ in range(5)]

    assert [(answer.status_code, parse_names(answer.headers)) for answer in answers] == [(204, [])] * 5
    answer = send_request(shop, "GET", "/items", headers={"Origin": "https://shop.example"})
    assert answer.status_code == 200
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed)
