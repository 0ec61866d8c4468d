"""Request bodies that are not JSON, incomplete or too large."""

import socket

import pytest

from tests.http.support.envelope import assert_refused, data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

MALFORMED, MEDIA_TYPE, FIELD = 400001, 415001, 422001
MIB = 1024 * 1024
VALID = b'{"quantity": 1}'
INVALID_JSON = {
    "truncated": b'{"quantity":',
    "sixty_thousand_open_brackets": b"[" * 60_000,
    "a_number_of_5000_digits": b'{"quantity": ' + b"9" * 5_000 + b"}",
    "an_infinite_number": b'{"quantity": 1e400}',
    "not_a_number": b'{"quantity": NaN}',
    "invalid_utf_8": b'{"quantity": "\xff"}',
    "a_lone_surrogate": b'{"quantity": "\\ud800"}',
    "a_byte_order_mark": b"\xef\xbb\xbf" + VALID,
    "utf_16": VALID.decode().encode("utf-16"),
    "two_values": VALID + VALID,
    "only_spaces": b"   ",
}


def headers(token: str, media_type: str = "application/json") -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": media_type}


def send_raw(shop: Shop, item: int, token: str, remainder: bytes, *, hang_up: bool = False) -> bytes:
    """Send a purchase with custom framing and return the raw response."""
    address, _, port = shop.service.bind().rpartition(":")
    head = f"POST {API}/items/{item}/purchase HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers(token).items())
    with socket.create_connection((address, int(port)), timeout=5) as connection:
        connection.sendall(head.encode() + remainder)
        if hang_up:
            connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read()


@pytest.mark.parametrize("body", INVALID_JSON.values(), ids=INVALID_JSON)
def test_a_body_that_is_not_json_is_refused(client: HttpClient, item: int, buyer: str, body: bytes) -> None:
    answer = client.send("POST", f"{API}/items/{item}/purchase", body, headers(buyer))

    assert data_of(answer, MALFORMED) == {"error_code": "BODY_MALFORMED", "retry": "new_request"}


@pytest.mark.parametrize("body", [b"[1]", b"[]", b'"text"', b"null", b"false", b"0"])
def test_a_body_that_is_not_an_object_is_refused(client: HttpClient, item: int, buyer: str, body: bytes) -> None:
    answer = client.send("POST", f"{API}/items/{item}/purchase", body, headers(buyer))

    assert_refused(answer, FIELD, "body")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_media_type_is_refused(client: HttpClient, item: int, buyer: str, media_type: str) -> None:
    answer = client.send("POST", f"{API}/items/{item}/purchase", VALID, headers(buyer, media_type))

    data_of(answer, MEDIA_TYPE)


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.shop+json"]
)
def test_other_media_types_of_json_are_accepted(client: HttpClient, item: int, buyer: str, media_type: str) -> None:
    data_of(client.send("POST", f"{API}/items/{item}/purchase", VALID, headers(buyer, media_type)), 202)


def test_a_body_above_one_mebibyte_is_too_large(shop: Shop, item: int, buyer: str) -> None:
    # The response comes before the body is sent, since the server may close the connection.
    answer = send_raw(shop, item, buyer, b"Content-Length: %d\r\n\r\n" % (MIB + 1))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":413' in answer


def test_a_body_of_one_mebibyte_is_accepted(client: HttpClient, item: int, buyer: str) -> None:
    body = VALID + b" " * (MIB - len(VALID))

    data_of(client.send("POST", f"{API}/items/{item}/purchase", body, headers(buyer)), 202)


def test_a_chunked_body_is_accepted(shop: Shop, item: int, buyer: str) -> None:
    answer = send_raw(
        shop, item, buyer, b"Transfer-Encoding: chunked\r\n\r\n7\r\n%b\r\n8\r\n%b\r\n0\r\n\r\n" % (VALID[:7], VALID[7:])
    )

    assert answer.startswith(b"HTTP/1.1 202 ")


def test_a_chunked_body_above_one_mebibyte_is_too_large(shop: Shop, item: int, buyer: str) -> None:
    first_chunk = b"%x\r\n%b" % (2 * MIB, VALID + b" " * (MIB - len(VALID)))

    answer = send_raw(shop, item, buyer, b"Transfer-Encoding: chunked\r\n\r\n" + first_chunk)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":413' in answer


def test_malformed_chunks_are_refused(shop: Shop, item: int, buyer: str) -> None:
    answer = send_raw(shop, item, buyer, b"Transfer-Encoding: chunked\r\n\r\n5\r\n%b\r\nZZ\r\n" % VALID[:5])

    assert answer.startswith(b"HTTP/1.1 4")
    assert b'{"status":"error"' in answer


def test_a_body_shorter_than_its_content_length_buys_nothing(shop: Shop) -> None:
    item, buyer = shop.offer(stock=3), shop.buyer()

    answer = send_raw(shop, item, buyer, b"Content-Length: 40\r\n\r\n" + VALID, hang_up=True)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"code":400001' in answer
    assert shop.item(item)["stock"] == 3
