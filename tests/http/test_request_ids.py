"""Request ids and trace headers of responses."""

import re

import pytest

from tests.http.support.log_lines import entries, record_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

PURCHASE = f"{API}/items/1/purchase"
REQUESTS = [
    ("GET", "/", None, {}, 200),
    ("GET", "/livez", None, {}, 200),
    ("GET", f"{API}/items", None, {}, 200),
    ("GET", "/nowhere", None, {}, 404),
    ("GET", "/nowhere", None, {"Accept": "application/problem+json"}, 404),
    ("BREW", f"{API}/items", None, {}, 405),
    ("POST", PURCHASE, b"{}", {}, 401),
    ("POST", f"{API}/auth/login", b"{", {"Content-Type": "application/json"}, 400),
    ("POST", f"{API}/auth/login", b"x", {"Content-Type": "text/plain"}, 415),
    ("POST", f"{API}/auth/login", b"{}", {"Content-Type": "application/json"}, 422),
    # Refused by its announced length, before the body is sent.
    ("POST", f"{API}/auth/login", None, {"Content-Type": "application/json", "Content-Length": "2000000"}, 413),
]


@pytest.mark.parametrize(("verb", "path", "body", "headers", "status"), REQUESTS)
def test_every_response_returns_the_request_id_of_its_request(
    client: HttpClient, verb: str, path: str, body: bytes | None, headers: dict[str, str], status: int
) -> None:
    answer = client.send(verb, path, body, {**headers, "X-Request-ID": "mine-1", "Idempotency-Key": "k"})

    assert answer.status == status
    assert answer.headers.get_all("X-Request-ID") == ["mine-1"]


@pytest.mark.parametrize(
    ("headers", "request_id"),
    [
        ({"X-Unique-Id": "balancer-1"}, "balancer-1"),
        ({"X-Unique-Id": "balancer-2", "X-Request-ID": "mine-beside-2"}, "mine-beside-2"),
        ({"X-Unique-Id": "balancer-3", "X-Request-ID": ""}, "balancer-3"),
    ],
)
def test_the_id_of_a_load_balancer_is_used_in_place_of_a_request_id(
    shop: Shop, client: HttpClient, headers: dict[str, str], request_id: str
) -> None:
    answer = client.get(f"{API}/items/999997", headers=headers)

    assert answer.headers.get_all("X-Request-ID") == [request_id]
    assert record_of(shop, request_id)["path"] == f"{API}/items/999997"


@pytest.mark.parametrize("unique_id", ["", "a b", "x" * 129, "eyJhbGciOiJub25lIn0"])
def test_a_malformed_id_of_a_load_balancer_is_replaced(client: HttpClient, unique_id: str) -> None:
    request_id = client.get("/", headers={"X-Unique-Id": unique_id}).headers["X-Request-ID"]

    assert (len(request_id), request_id != unique_id) == (32, True)


def test_a_request_without_an_id_gets_a_new_one(client: HttpClient) -> None:
    ids = [client.get("/").headers["X-Request-ID"] for _ in range(2)]

    assert ids[0] != ids[1]
    assert {len(request_id) for request_id in ids} == {32}


@pytest.mark.parametrize("invalid", ["a b", "x" * 129, '"quoted"', "a,b", "é".encode().decode("latin-1")])
def test_an_invalid_request_id_is_neither_returned_nor_logged(client: HttpClient, shop: Shop, invalid: str) -> None:
    new_id = client.get("/nowhere", headers={"X-Request-ID": invalid}).headers["X-Request-ID"]

    assert new_id != invalid
    assert record_of(shop, new_id)["request_id"] == new_id
    assert entries(shop, request_id=invalid) == []


def test_a_valid_traceparent_is_returned_and_an_invalid_one_is_not(client: HttpClient) -> None:
    valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    answers = [client.get("/nowhere", headers={"traceparent": header}) for header in (valid, valid.upper(), "x")]

    echoed, *others = [answer.headers.get("traceparent") for answer in answers]
    assert echoed is not None
    assert re.fullmatch("00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01", echoed)
    assert others == [None, None]


def test_a_replayed_response_has_the_id_of_its_own_request(client: HttpClient, shop: Shop) -> None:
    path, admin = f"{API}/items/{shop.offer()}", shop.admin()
    key = {"Idempotency-Key": f"ids-{path}"}

    answers = [
        client.request("PATCH", path, {"name": "Again"}, token=admin, headers={**key, "X-Request-ID": request_id})
        for request_id in ("first-1", "second-1")
    ]

    assert answers[0].body == answers[1].body
    assert [answer.headers.get_all("X-Request-ID") for answer in answers] == [["first-1"], ["second-1"]]
