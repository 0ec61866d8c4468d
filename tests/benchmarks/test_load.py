"""The load generator against a small server whose answers are known."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import cycle

import pytest

from benchmarks.load.load_generator import BUSY, drive, drive_at, keyed, post

REQUEST = post("/x", "token", b"{}")
Answer = Callable[[int], int]


def answering(server: socket.socket, status: Answer, pause: float) -> None:
    """Answer each request of each connection; `status` says with what, by the number of the request."""
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        while received := connection.recv(65_536):
            heard.append(received)
            time.sleep(pause)
            connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\n{}" % status(len(heard)))

    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=talk, args=(connection,), daemon=True).start()


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    servers: list[socket.socket] = []

    def start(status: Answer, pause: float = 0.0) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        threading.Thread(target=answering, args=(server, status, pause), daemon=True).start()
        return int(server.getsockname()[1])

    yield start
    for server in servers:
        server.close()


def test_only_what_was_accepted_counts_as_sold(serve: Callable[..., int]) -> None:
    port = serve(lambda number: {1: 202, 2: 201, 3: 503, 4: 409}.get(number, 500))

    load = drive(port, [cycle([REQUEST])], seconds=30, most=5)

    assert (load.accepted, load.refused, load.answered) == (2, 3, 5)
    assert load.statuses == {BUSY: 1, "409": 1, "500": 1}


def test_without_time_each_buyer_asks_once(serve: Callable[..., int]) -> None:
    load = drive(serve(lambda _: 202), [cycle([REQUEST]) for _ in range(7)], seconds=0)

    assert load.accepted == 7


def test_a_buyer_asks_one_thing_after_the_other(serve: Callable[..., int]) -> None:
    wishes = iter([REQUEST, post("/y", "token", b"{}")])

    load = drive(serve(lambda _: 202), [wishes], seconds=30, most=2)

    assert load.accepted == 2
    assert next(wishes, None) is None


def test_the_open_loop_sends_what_it_planned(serve: Callable[..., int]) -> None:
    load = drive_at(serve(lambda _: 202), [cycle([REQUEST]) for _ in range(4)], rate=200, seconds=0.1)

    assert (load.accepted, load.unsent) == (20, 0)


def test_the_open_loop_counts_the_time_from_the_planned_moment(serve: Callable[..., int]) -> None:
    port = serve(lambda _: 202, pause=0.05)

    load = drive_at(port, [cycle([REQUEST])], rate=100, seconds=0.5)

    # One connection: each waits for those before it, however quick the server says it was.
    assert load.accepted + load.unsent == 50
    assert max(load.latencies) > 0.05 * load.accepted - 0.01 * (load.accepted - 1)


def test_what_could_not_be_begun_in_time_is_left_unsent(serve: Callable[..., int]) -> None:
    port = serve(lambda _: 202, pause=0.3)

    load = drive_at(port, [cycle([REQUEST])], rate=100, seconds=0.1)

    assert (load.accepted, load.unsent) == (1, 9)


def test_each_keyed_request_has_a_key_of_its_own_and_the_same_body() -> None:
    requests = keyed(REQUEST)
    one, other = next(requests), next(requests)

    assert one != other
    for request in (one, other):
        head, _, body = request.partition(b"\r\n\r\n")
        assert head.count(b"Idempotency-Key: ") == 1
        assert body == b"{}"
