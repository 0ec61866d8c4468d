"""Clients that send heads or bodies slowly delay no other request."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from socket import socket
from threading import Event, Thread

import pytest

from shop.core.operations.web_server import HEAD_MILLISECONDS
from tests.http.support.envelope import data_of
from tests.http.support.raw_http import connect, request
from tests.http.support.shop import API, Shop

# Many more than the eight worker threads: two processes of four.
CONNECTIONS = 200
BODY = b'{"quantity":1}'
SPACE = b" "
CHUNK = b"1\r\n \r\n"
# Half of the time after which the server gives up a slow head: a request behind slow clients would wait longer.
RESPONSE_SECONDS_MAX = HEAD_MILLISECONDS / 1000 / 2


def head_of(item: int, token: str, **length: str) -> bytes:
    headers = {"authorization": f"Bearer {token}", "content_type": "application/json", **length}
    return request(f"POST {API}/items/{item}/purchase HTTP/1.1", **headers)


@contextmanager
def open_slow_connections(shop: Shop, first_bytes: bytes, next_bytes: bytes) -> Iterator[list[socket]]:
    """Open many connections that send `first_bytes`, then `next_bytes` each second."""
    stopped = Event()
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(shop)) for _ in range(CONNECTIONS)]
        for connection in connections:
            connection.sendall(first_bytes)
        sender = Thread(target=send_slowly, args=(connections, next_bytes, stopped))
        sender.start()
        stack.callback(sender.join)
        stack.callback(stopped.set)
        time.sleep(1.5)
        yield connections


def send_slowly(connections: list[socket], next_bytes: bytes, stopped: Event) -> None:
    while not stopped.wait(1):
        for connection in connections:
            try:
                connection.send(next_bytes)
            except OSError:
                return  # The server closed the connection, which it may do.


def slowest(send_request: Callable[[], None]) -> float:
    """Return the duration of the slowest of ten requests, in seconds."""
    times = []
    for _ in range(10):
        began = time.monotonic()
        send_request()
        times.append(time.monotonic() - began)
    return max(times)


SLOW_REQUESTS = {
    "heads": (lambda *_: b"POST /api/v1/auth/login HTTP/1.1\r\nHost: shop\r\nX-Test: ", SPACE),
    "bodies": (lambda item, token: head_of(item, token, content_length="600"), SPACE),
    "chunks": (lambda item, token: head_of(item, token, transfer_encoding="chunked"), CHUNK),
    "nothing": (lambda *_: b"", b""),
}


@pytest.mark.parametrize(("first_bytes", "next_bytes"), SLOW_REQUESTS.values(), ids=SLOW_REQUESTS)
def test_two_hundred_slow_clients_delay_no_request(
    shop: Shop, first_bytes: Callable[[int, str], bytes], next_bytes: bytes
) -> None:
    item, buyer = shop.offer(stock=100), shop.buyer()

    with open_slow_connections(shop, first_bytes(item, buyer), next_bytes):
        reading, buying = slowest(lambda: read(shop)), slowest(lambda: buy(shop, item, buyer))

    assert (reading < RESPONSE_SECONDS_MAX, buying < RESPONSE_SECONDS_MAX) == (True, True), (reading, buying)


def read(shop: Shop) -> None:
    with shop.client() as client:
        data_of(client.get(f"{API}/items"), 200)


def buy(shop: Shop, item: int, token: str) -> None:
    data_of(shop.buy(item, token), 202)


def test_a_slow_client_is_served_after_its_last_byte(shop: Shop) -> None:
    item, buyer = shop.offer(stock=3), shop.buyer()

    with connect(shop) as slow:
        slow.sendall(head_of(item, buyer, content_length=str(len(BODY))))
        for letter in BODY:
            slow.sendall(bytes([letter]))
            time.sleep(0.05)
        answer = slow.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 202 ")
    assert shop.item(item)["stock"] == 2
