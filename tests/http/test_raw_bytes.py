"""Malformed requests to every kind of route, refused without a 5xx."""

import pytest

from tests.http.support.raw_http import Reply, request, send
from tests.http.support.shop import API, Shop

BODY = b'{"quantity":1}'
ROUTES = {
    "public_list": "GET {api}/items",
    "public_write": "POST {api}/auth/login",
    "with_token": "GET {api}/orders",
    "purchase": "POST {api}/items/{item}/purchase",
    "admin_write": "POST {api}/items",
    "without_a_body": "POST {api}/auth/logout",
    "unknown_path": "GET /nowhere",
    "document": "GET /openapi.json",
}
# The web server refuses these before the app is called, so the response has no body.
MALFORMED_HEADERS = {
    "two_lengths": {"content_length": b"14\r\nContent-Length: 15"},
    "a_list_of_lengths": {"content_length": "14, 14"},
    "a_negative_length": {"content_length": "-1"},
    "a_signed_length": {"content_length": "+14"},
    "a_length_in_hex": {"content_length": "0xe"},
    "an_empty_length": {"content_length": ""},
    "a_length_beyond_64_bits": {"content_length": "9" * 23},
    "an_unknown_transfer_encoding": {"transfer_encoding": "xchunked"},
    "the_identity_transfer_encoding": {"transfer_encoding": "identity"},
    "chunked_not_as_the_last_encoding": {"transfer_encoding": "chunked, gzip"},
    "a_nul_in_a_header": {"x_test": b"a\0b"},
    "a_control_character_in_a_header": {"x_test": b"a\x01b"},
    "a_header_name_with_a_space": {"x test": "1"},
    "a_folded_header": {"x_test": b"1\r\n folded"},
    "two_hundred_headers": {f"x_{number}": "1" for number in range(200)},
    "a_header_of_500_kb": {"x_test": "a" * 500_000},
}
MALFORMED_REQUEST_LINES = {
    "a_nul_in_the_path": "GET {api}/items/\0 HTTP/1.1",
    "a_raw_byte_in_the_path": "GET {api}/items/\xff HTTP/1.1",
    "a_raw_byte_in_the_query": "GET {api}/items?\xff=1 HTTP/1.1",
    "a_uri_of_500_kb": "GET /" + "a" * 500_000 + " HTTP/1.1",
    "http_0.9": "GET {api}/items",
    "http_1.2": "GET {api}/items HTTP/1.2",
    "http_3": "GET {api}/items HTTP/3.0",
    "an_invalid_method": "G@T/ {api}/items HTTP/1.1",
    "a_tls_handshake": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


def line_of(route: str, item: int) -> str:
    return ROUTES[route].format(api=API, item=item) + " HTTP/1.1"


def assert_refused_by_the_app(reply: Reply, *statuses: int) -> None:
    assert reply.status in statuses, reply.raw[:300]
    assert list(reply.envelope) == ["status", "code", "message", "data"]
    assert reply.envelope["status"] == "error"
    assert str(reply.envelope["code"]).startswith(str(reply.status))


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("headers", MALFORMED_HEADERS.values(), ids=MALFORMED_HEADERS)
def test_malformed_headers_are_refused_by_the_web_server(
    shop: Shop, item: int, buyer: str, route: str, headers: dict[str, bytes | str]
) -> None:
    common = {"authorization": f"Bearer {buyer}", "content_type": "application/json"}

    reply = send(shop, request(line_of(route, item), BODY, **common, **headers))

    assert reply.status in (400, 431), reply.raw[:300]
    assert reply.body == b""


@pytest.mark.parametrize("line", MALFORMED_REQUEST_LINES.values(), ids=MALFORMED_REQUEST_LINES)
def test_a_malformed_request_line_is_refused_by_the_web_server(shop: Shop, line: str) -> None:
    reply = send(shop, request(line.format(api=API)))

    assert reply.status in (400, 414, 431), reply.raw[:300]
    assert reply.body == b""


@pytest.mark.parametrize(
    "path",
    [
        "%00", "%", "%zz", "%ff%fe", "%ed%a0%80", "%c0%af", "%f4%90%80%80", "a" * 20_000, "..%2f..%2fetc%2fpasswd",
        "%E2%80%AE", "1;a=b", "1%0d%0aX:1", "%EF%BC%91", "0x1", "1e1", "+1", "%201", "1%20", "-0", "9" * 5_000,
    ],
    ids=lambda path: path[:20].encode("unicode_escape").decode(),
)  # fmt: skip
@pytest.mark.parametrize("folder", ["items", "orders", "nowhere"])
def test_a_path_with_unusual_characters_is_not_found(shop: Shop, buyer: str, folder: str, path: str) -> None:
    reply = send(shop, request(f"GET {API}/{folder}/{path} HTTP/1.1", authorization=f"Bearer {buyer}"))

    assert_refused_by_the_app(reply, 404)


@pytest.mark.parametrize("method", ["B" * 2_000, "BREW", "TRACE", "PROPFIND", "QUERY", "g-e_t"])
@pytest.mark.parametrize("path", ["/items", "/items/1/purchase", "/auth/login", "/orders"])
def test_an_unknown_method_is_not_allowed(shop: Shop, method: str, path: str) -> None:
    reply = send(shop, request(f"{method} {API}{path} HTTP/1.1"))

    assert_refused_by_the_app(reply, 405)
    assert b"\r\nallow: " in reply.raw


@pytest.mark.parametrize("line", ["CONNECT shop:80 HTTP/1.1", "OPTIONS * HTTP/1.1"])
def test_a_request_target_that_is_not_a_path_is_not_found(shop: Shop, line: str) -> None:
    assert_refused_by_the_app(send(shop, request(line)), 404)


@pytest.mark.parametrize(
    "query",
    ["page=%00", "%00=1", "page=%zz", "x=%ff%fe", "%ed%a0%80=1", "page=1&page=1", "page[]=1", "x=" + "a" * 20_000,
     "lang=" + "z" * 36, "lang=zh&lang=en", "&".join(f"a{number}=1" for number in range(2_000))],
    ids=lambda query: query[:20],
)  # fmt: skip
def test_a_query_with_unusual_characters_is_refused(shop: Shop, query: str) -> None:
    reply = send(shop, request(f"GET {API}/items?{query} HTTP/1.1"))

    assert_refused_by_the_app(reply, 422)
    assert len(reply.raw) < 40_000


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_http_1_0_and_1_1_are_supported(shop: Shop, version: str) -> None:
    assert send(shop, request(f"GET {API}/items HTTP/{version}")).envelope["code"] == 200


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("authorization", b"Bearer \xff\xfe", 401), ("authorization", "Bearer " + "a" * 20_000, 401),
        ("authorization", "Bearer", 401), ("authorization", "Basic YTpi", 401), ("authorization", b"\t", 401),
        ("accept", "a/b," * 5_000, 401), ("accept", b"\xff", 401), ("accept", "text/csv", 406),
        ("accept_language", "a," * 5_000, 401), ("accept_language", b"\xff\xfe", 401),
        ("accept_language", "zh;q=" + "9" * 5_000, 401), ("cookie", "lang=" + "a" * 10_000, 401),
        ("cookie", b"\xff=1; lang=\xfe", 401), ("user_agent", "a" * 20_000, 401), ("origin", "a" * 20_000, 401),
    ],
)  # fmt: skip
def test_an_invalid_header_is_ignored_or_refused(shop: Shop, name: str, value: bytes | str, status: int) -> None:
    reply = send(shop, request(f"GET {API}/orders HTTP/1.1", **{name: value}))

    assert_refused_by_the_app(reply, status)
