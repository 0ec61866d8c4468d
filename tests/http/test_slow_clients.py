"""Clients that send heads or bodies slowly delay no other request."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from socket import socket
from threading import Event, Thread

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.raw_http import connect, request
from tests.http.support.shop import API, Shop

# Many more than threads that work: two processes of four.
MANY = 200
GOOD = b'{"quantity":1}'
BLANK = b" "
CHUNK = b"1\r\n \r\n"
PATIENCE_SECONDS = 2.0


def head_of(item: int, token: str, **length: str) -> bytes:
    headers = {"authorization": f"Bearer {token}", "content_type": "application/json", **length}
    return request(f"POST {API}/items/{item}/purchase HTTP/1.1", **headers)


@contextmanager
def crowd(shop: Shop, begin: bytes, drop: bytes) -> Iterator[list[socket]]:
    """Many connections that have sent `begin`, and now send a drop each second."""
    over = Event()
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(shop)) for _ in range(MANY)]
        for connection in connections:
            connection.sendall(begin)
        dripping = Thread(target=drip, args=(connections, drop, over))
        dripping.start()
        stack.callback(dripping.join)
        stack.callback(over.set)
        time.sleep(1.5)
        yield connections


def drip(connections: list[socket], drop: bytes, over: Event) -> None:
    while not over.wait(1):
        for connection in connections:
            try:
                connection.send(drop)
            except OSError:
                return  # The server has had enough of it; the test will say so, if it matters.


def slowest(ask: Callable[[], None]) -> float:
    """The seconds of the slowest of some requests."""
    times = []
    for _ in range(10):
        begun = time.monotonic()
        ask()
        times.append(time.monotonic() - begun)
    return max(times)


SLOW = {
    "heads": (lambda *_: b"POST /api/v1/auth/login HTTP/1.1\r\nHost: shop\r\nX-Word: ", BLANK),
    "bodies": (lambda item, token: head_of(item, token, content_length="600"), BLANK),
    "chunks": (lambda item, token: head_of(item, token, transfer_encoding="chunked"), CHUNK),
    "nothing": (lambda *_: b"", b""),
}


@pytest.mark.parametrize(("begin", "drop"), SLOW.values(), ids=SLOW)
def test_two_hundred_slow_clients_delay_no_request(shop: Shop, begin: Callable[[int, str], bytes], drop: bytes) -> None:
    item, buyer = shop.offer(stock=100), shop.buyer()

    with crowd(shop, begin(item, buyer), drop):
        reading, buying = slowest(lambda: read(shop)), slowest(lambda: buy(shop, item, buyer))

    assert (reading < PATIENCE_SECONDS, buying < PATIENCE_SECONDS) == (True, True), (reading, buying)


def read(shop: Shop) -> None:
    with shop.client() as client:
        data_of(client.get(f"{API}/items"), 200)


def buy(shop: Shop, item: int, token: str) -> None:
    data_of(shop.buy(item, token), 202)


def test_a_slow_client_is_served_after_its_last_byte(shop: Shop) -> None:
    item, buyer = shop.offer(stock=3), shop.buyer()

    with connect(shop) as slow:
        slow.sendall(head_of(item, buyer, content_length=str(len(GOOD))))
        for letter in GOOD:
            slow.sendall(bytes([letter]))
            time.sleep(0.05)
        answer = slow.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 202 ")
    assert shop.item(item)["stock"] == 2
