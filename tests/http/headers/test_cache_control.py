"""Cache-Control of the API: tokens and personal data are never stored, failures neither."""

from typing import Any

import pytest

from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient, Response

PERSONAL, TOKENS, TAGGED, PUBLIC = "private, no-store", "no-store", "private, no-cache", "public, max-age=300"
ADA = {"name": "Ada", "email": "ada@stored.example", "password": "Correct-horse-1"}


def cache_control(answer: Response) -> tuple[int, str | None]:
    assert len(answer.headers.get_all("Cache-Control") or []) <= 1
    return answer.status, answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/auth/me", 200), ("HEAD", "/auth/me", 200), ("POST", "/auth/me", 200), ("GET", "/auth/sessions", 200),
        ("GET", "/orders", 200), ("GET", "/orders?page=0", 422), ("GET", "/permissions", 200), ("GET", "/users", 403),
        ("GET", "/users/999999", 404), ("GET", "/orders/0198c0de-7f2a-7c31-9d5e-3f1b2a4c6d8e", 404),
        ("GET", "/items/999999", 404), ("GET", "/items?page=0", 422), ("PUT", "/orders", 405), ("GET", "/nowhere", 404),
        ("GET", "/constants/nothing", 404), ("PUT", "/auth/password", 422), ("POST", "/items/1/purchase", 422),
    ],
)  # fmt: skip
def test_personal_responses_and_failures_are_not_stored(
    client: HttpClient, buyer: str, method: str, path: str, status: int
) -> None:
    body: dict[str, Any] | None = None if method in ("GET", "HEAD") or path == "/auth/me" else {}

    assert cache_control(client.request(method, f"{API}{path}", body, token=buyer)) == (status, PERSONAL)


@pytest.mark.parametrize("path", ["/users", "/users/1", "/items/1/stock-ledger", "/reconcile-runs", "/orders"])
@pytest.mark.parametrize(("signed_in", "status"), [(True, 200), (False, 401)])
def test_lists_of_administrators_are_not_stored(
    shop: Shop, client: HttpClient, path: str, *, signed_in: bool, status: int
) -> None:
    path = path.replace("/items/1/", f"/items/{shop.offer()}/").replace("/users/1", f"/users/{shop.enter().id}")

    answer = client.get(f"{API}{path}", token=shop.admin() if signed_in else None)

    assert cache_control(answer) == (status, PERSONAL)


def test_responses_with_tokens_are_not_stored(client: HttpClient) -> None:
    registered = client.post(f"{API}/auth/register", ADA)
    tokens = {"refresh_token": registered.json["data"]["refresh_token"]}
    answers = [
        registered,
        client.post(f"{API}/auth/login", {name: ADA[name] for name in ("email", "password")}),
        client.post(f"{API}/auth/refresh", tokens),
        client.request("PUT", f"{API}/auth/refresh", tokens),
        client.post(f"{API}/auth/register", ADA),
        client.post(f"{API}/auth/login", {"email": ADA["email"], "password": "wrong"}),
        client.post(f"{API}/auth/login", {}),
        client.post(f"{API}/auth/refresh", {"refresh_token": "a.b.c"}),
    ]

    assert [cache_control(answer) for answer in answers] == [
        (status, TOKENS) for status in (201, 200, 200, 200, 422, 401, 422, 401)
    ]
    assert {answer.headers["Pragma"] for answer in answers} == {"no-cache"}


def test_other_responses_keep_their_own_header(shop: Shop, client: HttpClient, item: int) -> None:
    tag = client.get(f"{API}/items/{item}").headers["ETag"]

    assert cache_control(client.get(f"{API}/items/{item}", token=shop.admin())) == (200, TAGGED)
    assert cache_control(client.get(f"{API}/items/{item}", headers={"If-None-Match": tag})) == (304, TAGGED)
    assert cache_control(client.get(f"{API}/items")) == (200, TAGGED)
    assert cache_control(client.get(f"{API}/constants")) == (200, PUBLIC)
    assert client.get("/errors/404301").headers["Cache-Control"] is None


def test_a_replay_is_not_stored(shop: Shop, client: HttpClient, buyer: str) -> None:
    item, key = shop.offer(), {"Idempotency-Key": "stored-once"}

    answers = [client.post(f"{API}/items/{item}/purchase", {"quantity": 1}, token=buyer, headers=key) for _ in range(2)]

    assert {cache_control(answer)[1] for answer in answers} == {PERSONAL}
