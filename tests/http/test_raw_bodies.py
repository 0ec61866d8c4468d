"""Malformed bodies on every route that reads one, refused without a 5xx."""

import time

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.raw_http import Reply, connect, request, send
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient

VALID = b'{"quantity":1}'
MALFORMED, REPEATED, TOO_DEEP, MEDIA_TYPE, CONTENT_ENCODING = 400001, 400004, 400005, 415001, 415002
ROUTES = {
    "register": "POST {api}/auth/register",
    "login": "POST {api}/auth/login",
    "refresh": "PUT {api}/auth/refresh",
    "purchase": "POST {api}/items/{item}/purchase",
    "create_item": "POST {api}/items",
    "patch_item": "PATCH {api}/items/{item}",
    "adjust_stock": "POST {api}/items/{item}/stock-adjustments",
}
INVALID_JSON = {
    "sixty_thousand_open_brackets": (b"[" * 60_000, MALFORMED),
    "twelve_thousand_open_braces": (b'{"a":' * 12_000, MALFORMED),
    "a_thousand_levels": (b"[" * 1_000 + b"]" * 1_000, TOO_DEEP),
    "thirty_three_levels": (b'{"a":' * 33 + b"1" + b"}" * 33, TOO_DEEP),
    "a_number_of_5000_digits": (b'{"quantity":%s}' % (b"9" * 5_000), MALFORMED),
    "a_fraction_of_5000_digits": (b'{"quantity":0.%s}' % (b"9" * 5_000), MALFORMED),
    "an_infinite_number": (b'{"quantity":1e400}', MALFORMED),
    "utf_16": (VALID.decode().encode("utf-16"), MALFORMED),
    "utf_32": (VALID.decode().encode("utf-32"), MALFORMED),
    "utf_16_without_a_byte_order_mark": (VALID.decode().encode("utf-16-le"), MALFORMED),
    "a_byte_order_mark": (b"\xef\xbb\xbf" + VALID, MALFORMED),
    "an_escaped_lone_surrogate": (b'{"quantity":"\\ud800"}', MALFORMED),
    "a_lone_surrogate_in_a_name": (b'{"\\udfff":1}', MALFORMED),
    "a_raw_lone_surrogate": (b'{"quantity":"\xed\xa0\x80"}', MALFORMED),
    "an_overlong_utf_8_sequence": (b'{"quantity":"\xc0\xaf"}', MALFORMED),
    "a_trailing_nul": (VALID + b"\0", MALFORMED),
    "a_raw_nul_in_a_string": (b'{"quantity":"\0"}', MALFORMED),
    "a_repeated_key": (b'{"quantity":1,"quantity":2}', REPEATED),
    "a_repeated_key_with_an_escape": (b'{"quantity":1,"quantit\\u0079":1}', REPEATED),
    "a_repeated_nested_key": (b'{"a":[{"b":{"c":1,"c":1}}]}', REPEATED),
}


def headers_of(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "content_type": "application/json", "idempotency_key": "raw"}


def line_of(route: str, item: int) -> str:
    return ROUTES[route].format(api=API, item=item) + " HTTP/1.1"


def assert_code(reply: Reply, code: int) -> None:
    assert reply.status == int(str(code)[:3]), reply.raw[:300]
    assert list(reply.envelope) == ["status", "code", "message", "data"]
    assert reply.envelope["code"] == code


@pytest.fixture(scope="module")
def admin(shop: Shop) -> str:
    return shop.admin()


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("body", "code"), INVALID_JSON.values(), ids=INVALID_JSON)
def test_invalid_json_is_refused_by_every_route(
    shop: Shop, item: int, admin: str, route: str, body: bytes, code: int
) -> None:
    assert_code(send(shop, request(line_of(route, item), body, **headers_of(admin))), code)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "media_type",
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/json", "////", "application/json/x", ""],
)
def test_another_media_type_is_refused(shop: Shop, item: int, admin: str, route: str, media_type: str) -> None:
    headers = {**headers_of(admin), "content_type": media_type}

    assert_code(send(shop, request(line_of(route, item), b"quantity=1", **headers)), MEDIA_TYPE)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", ["content_encoding", "transfer_encoding"])
def test_a_compressed_body_is_refused(shop: Shop, item: int, admin: str, route: str, name: str) -> None:
    coding = {"content_encoding": "gzip", "transfer_encoding": "gzip, chunked"}[name]
    body = VALID if name == "content_encoding" else b"e\r\n%s\r\n0\r\n\r\n" % VALID

    assert_code(
        send(shop, request(line_of(route, item), body, **headers_of(admin), **{name: coding})), CONTENT_ENCODING
    )


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_with_required_fields_refuses_an_empty_body(shop: Shop, item: int, admin: str, route: str) -> None:
    reply = send(shop, request(line_of(route, item), **headers_of(admin)))

    assert reply.status in (400, 422)
    assert list(reply.envelope) == ["status", "code", "message", "data"]


@pytest.mark.parametrize(
    "chunks", [b"ZZ\r\n", b"-1\r\n", b"F" * 17 + b"\r\n", b"e;" + b"a" * 100_000 + b"\r\n", b"5\r\n{"]
)
def test_malformed_chunks_are_refused(shop: Shop, item: int, buyer: str, chunks: bytes) -> None:
    raw = request(line_of("purchase", item), chunks, transfer_encoding="chunked", **headers_of(buyer))

    reply = send(shop, raw, hang_up=True)

    assert reply.status in (400, 422)
    assert list(reply.envelope) == ["status", "code", "message", "data"]


def test_conflicting_lengths_do_not_allow_request_smuggling(shop: Shop, item: int, buyer: str) -> None:
    hidden = b"GET /smuggled HTTP/1.1\r\nHost: shop\r\n\r\n"
    body = b"e\r\n%s\r\n0\r\n\r\n%s" % (VALID, hidden)
    lengths = {"content_length": str(len(body)), "transfer_encoding": "chunked"}

    raw = request(line_of("purchase", item), body, **lengths, **headers_of(buyer))
    reply = send(shop, raw.replace(b"Connection: close\r\n", b""))

    # RFC 9112 (6.3): Transfer-Encoding overrides Content-Length, and the connection is closed.
    assert reply.raw.count(b"HTTP/1.1 ") == 1
    assert reply.status == 202


def test_a_body_of_95000_unknown_fields_gets_a_short_error(client: HttpClient) -> None:
    body = b"{" + b",".join(b'"%06d":1' % number for number in range(95_000)) + b"}"
    began = time.monotonic()

    answer = client.send("POST", f"{API}/auth/login", body, {"Content-Type": "application/json"})

    data_of(answer, answer.json["code"])
    assert len(answer.body) < 20_000
    assert time.monotonic() - began < 3


def test_a_long_field_name_is_shortened_in_the_error(client: HttpClient) -> None:
    body = b'{"%s": 1}' % (b"n" * 500_000)

    answer = client.send("POST", f"{API}/auth/login", body, {"Content-Type": "application/json"})

    assert "n" * 100 in data_of(answer, answer.json["code"])
    assert len(answer.body) < 2_000


def test_an_idle_connection_delays_no_other_request(shop: Shop, client: HttpClient) -> None:
    with connect(shop) as idle:
        idle.sendall(b"\r\n\r\n")

        data_of(client.get(f"{API}/items"), 200)
