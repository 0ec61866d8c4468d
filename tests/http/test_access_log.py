"""Access log records: their fields, and masked secrets."""

import json
from typing import Any

import pytest

from tests.http.support.account_client import open_account
from tests.http.support.log_lines import entries, folder_of, record_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient
from tests.support.secret_leaks import KNOWN_SECRETS

# A test fails when any process logs one of these.
SECRETS = {
    f"Planted-{name}-8f3a" for name in ("body", "deep", "list", "query", "form", "header", "path", "odd", "mail")
}
KNOWN_SECRETS |= SECRETS


def test_a_record_describes_the_request_and_the_response(shop: Shop) -> None:
    item, account = shop.offer(max_per_user=3), open_account(shop)

    shop.buy(item, account.access, 2, X_Request_ID="record-1", Idempotency_Key="a-key-1")

    record = record_of(shop, "record-1")
    fields = {
        name: record[name] for name in ("level", "method", "path", "route", "status", "tenant", "client", "input")
    }
    assert fields == {
        "level": "info",
        "method": "POST",
        "path": f"{API}/items/{item}/purchase",
        "route": f"{API}/items/<id:item_id>/purchase",
        "status": 202,
        "tenant": "1",
        "client": "127.0.0.1",
        "input": {"json": {"quantity": 2}},
    }
    assert record["user"] == account.read_own().json["data"]["id"]
    assert record["ms"] > 0
    assert record["bytes"] > 100
    assert record["redis"] >= 1
    assert record["sql"] >= 0
    assert len(record["key"]) == 16
    assert "a-key-1" not in str(record)


def test_a_failure_is_logged_with_its_values(shop: Shop) -> None:
    item, buyer = shop.offer(stock=1), shop.buyer()

    shop.buy(item, buyer, 2, X_Request_ID="refused-1")

    record = record_of(shop, "refused-1")
    assert record["failure"] == {"code": 409301, "error": "STOCK_INSUFFICIENT", "item_id": item, "current_stock": 1}
    assert (record["level"], record["status"]) == ("warning", 409)
    assert (record["item"], record["quantity"]) == (item, 2)
    assert isinstance(record["user"], int)


@pytest.mark.parametrize(
    ("quantity", "fields"),
    [(3, {"quantity": 3}), (2.5, {"quantity": 2.5}), ("Planted-quantity", {}), (True, {}), ([3], {})],
)
def test_every_failure_has_its_item_and_its_quantity_as_fields(
    shop: Shop, client: HttpClient, quantity: object, fields: dict[str, object]
) -> None:
    request_id = f"subject-{type(quantity).__name__}-{len(fields)}"
    client.post(
        f"{API}/items/999998/purchase", {"quantity": quantity}, token=shop.buyer(), headers={"X-Request-ID": request_id}
    )

    record = record_of(shop, request_id)
    assert {name: record[name] for name in ("item", "quantity") if name in record} == {"item": 999998, **fields}


def test_a_success_has_no_subject(shop: Shop) -> None:
    shop.buy(shop.offer(stock=9), shop.buyer(), 2, X_Request_ID="bought-1")

    assert {"item", "quantity"} & record_of(shop, "bought-1").keys() == set()


def test_secrets_are_masked_at_any_depth(shop: Shop, client: HttpClient) -> None:
    deep = {"a": [{"b": {"newPassword": "Planted-deep-8f3a", "list": [{"api_key": ["Planted-list-8f3a"]}]}}]}
    body: dict[str, Any] = {"name": "Ann", "email": "Planted-mail-8f3a", "password": "Planted-body-8f3a", "more": deep}
    headers = {"Cookie": "session=Planted-header-8f3a", "X-Request-ID": "secret-1", "Idempotency-Key": "k"}
    query = "access_token=Planted-query-8f3a&x=1&client_secret=Planted-query-8f3a"

    client.request("POST", f"{API}/auth/register", body, token="Planted-header-8f3a", headers=headers)
    client.get(f"/nowhere?{query}", headers={"X-Request-ID": "secret-2"})

    query_record = record_of(shop, "secret-2")
    assert query_record["input"]["query"] == {"access_token": "***", "x": "1", "client_secret": "***"}
    record = record_of(shop, "secret-1")
    assert record["input"]["json"]["more"] == {"a": [{"b": {"newPassword": "***", "list": [{"api_key": "***"}]}}]}
    assert record["input"]["json"]["email"] == "***"


@pytest.mark.parametrize(
    ("body", "media_type", "logged"),
    [
        (b'{"password": "Planted-odd-8f3a"', "application/json", "31 bytes, malformed"),
        (b'"Planted-odd-8f3a"', "application/json", "a str"),
        (b'["Planted-odd-8f3a"]', "application/json", "a list"),
        (json.dumps({"password": "Planted-odd-8f3a", "x": "y" * 5000}).encode(), "application/json", "bytes of"),
        (b"password=Planted-form-8f3a", "application/x-www-form-urlencoded", "bytes of application/x-www-form"),
    ],
)
def test_a_body_that_cannot_be_masked_is_logged_as_its_size(
    shop: Shop, client: HttpClient, body: bytes, media_type: str, logged: str
) -> None:
    headers = {"Content-Type": media_type, "X-Request-ID": f"odd-{len(body)}", "Idempotency-Key": "k"}

    client.send("POST", f"{API}/auth/login", body, headers)

    assert logged in record_of(shop, f"odd-{len(body)}")["input"]["json"]


def test_a_path_with_secrets_and_line_breaks_is_logged_safely(shop: Shop, client: HttpClient) -> None:
    path = "/nowhere/%0a2026-11-20T00:00:00Z%20ERROR%20forged/password=Planted-path-8f3a%1b"

    client.get(path, headers={"X-Request-ID": "path-1"})

    assert record_of(shop, "path-1")["path"] == "/nowhere/\n2026-11-20T00:00:00Z ERROR forged/password=***"
    printed = shop.service.process("web").output
    assert not [line for line in printed.splitlines() if line.startswith("2026-11-20T00:00:00Z")]
    assert "\x1b" not in printed


def test_tokens_and_passwords_of_a_session_are_logged_nowhere(shop: Shop) -> None:
    account = open_account(shop).sign_in()
    account.refresh()
    account.read_own()
    account.send("POST", "logout", token=account.access)

    paths = list(folder_of(shop).iterdir())
    output = "".join(path.read_text() for path in paths) + shop.service.process("web").output
    for secret in (*account.tokens.values(), "Correct-horse-1", account.email):
        assert str(secret) in ("bearer", "3600") or str(secret) not in output


def test_probes_are_not_logged(shop: Shop, client: HttpClient) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        client.get(path, headers={"X-Request-ID": "probe-1"})
    client.get("/nowhere", headers={"X-Request-ID": "probe-2"})
    record_of(shop, "probe-2")

    assert entries(shop, request_id="probe-1", logger="shop.core.middleware.access_log") == []
