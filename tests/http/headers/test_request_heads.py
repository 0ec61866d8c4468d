"""Hosts and methods that the web server accepts and the app refuses."""

import pytest

from tests.http.support.raw_http import Reply, send
from tests.http.support.shop import API, Shop

CODE = 400_010
BODY = b'{"quantity":1}'


def get(shop: Shop, head: bytes, path: str = f"{API}/items", version: str = "1.1") -> Reply:
    return send(shop, f"GET {path} HTTP/{version}\r\n".encode() + head + b"Connection: close\r\n\r\n")


@pytest.mark.parametrize(
    "head",
    [
        b"", b"Host:\r\n", b"Host: a\r\nHost: b\r\n", b"Host: a\r\nHost: a\r\n", b"Host: a b\r\n", b"Host: a/b\r\n",
        b"Host: user@a\r\n", b"Host: a:80:80\r\n", b"Host: a:http\r\n", b"Host: [::1\r\n", b"Host: \xff\r\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [f"{API}/items", "/nowhere", "/livez", "/docs"])
def test_a_request_without_one_valid_host_is_refused(shop: Shop, path: str, head: bytes) -> None:
    reply = get(shop, head, path)

    assert (reply.status, reply.envelope["code"]) == (400, CODE)
    assert reply.envelope["message"] == "The request needs one header Host with a valid host name."


@pytest.mark.parametrize("host", ["shop", "shop:8000", "127.0.0.1:8000", "[::1]:80", "a_service", "Shop.Example."])
def test_a_valid_host_is_accepted(shop: Shop, host: str) -> None:
    assert get(shop, f"Host: {host}\r\n".encode()).status == 200


def test_http_1_0_needs_no_host(shop: Shop) -> None:
    assert get(shop, b"", version="1.0").status == 200


@pytest.mark.parametrize("method", ["post", "Post", "pOST"])
def test_a_purchase_by_a_method_that_is_not_in_upper_case_buys_nothing(shop: Shop, buyer: str, method: str) -> None:
    item = shop.offer(stock=3)
    head = f"Host: shop\r\nConnection: close\r\nAuthorization: Bearer {buyer}\r\nContent-Type: application/json\r\n"
    line = f"{method} {API}/items/{item}/purchase HTTP/1.1\r\n{head}Content-Length: {len(BODY)}\r\n\r\n"

    reply = send(shop, line.encode() + BODY)

    assert (reply.status, reply.envelope["code"]) == (405, 405)
    assert b"\r\nallow: OPTIONS, POST\r\n" in reply.raw
    assert get(shop, b"Host: shop\r\n", f"{API}/items/{item}").envelope["data"]["stock"] == 3


@pytest.mark.parametrize("method", ["get", "Get", "head", "options", "delete"])
@pytest.mark.parametrize("path", [f"{API}/items", f"{API}/items/1", "/livez", "/docs", "/errors"])
def test_no_method_is_accepted_in_another_case(shop: Shop, path: str, method: str) -> None:
    reply = send(shop, f"{method} {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n".encode())

    assert (reply.status, reply.envelope["code"]) == (405, 405)
