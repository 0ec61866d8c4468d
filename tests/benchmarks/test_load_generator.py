"""Load generator against a small server with known responses."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import cycle

import pytest

from benchmarks.load.connection import build_post, repeat_with_new_keys
from benchmarks.load.load_generator import run_closed_loop, run_open_loop
from benchmarks.load.load_result import BUSY

pytestmark = pytest.mark.slow
REQUEST = build_post("/x", "token", b"{}")
Status = Callable[[int], int]


def serve_connections(server: socket.socket, status: Status, pause: float) -> None:
    """Answer each request; `status` returns the status of the nth request."""
    received_requests: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        while received := connection.recv(65_536):
            received_requests.append(received)
            time.sleep(pause)
            connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\n{}" % status(len(received_requests)))

    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


@pytest.fixture
def start_server() -> Iterator[Callable[..., int]]:
    servers: list[socket.socket] = []

    def start(status: Status, pause: float = 0.0) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        threading.Thread(target=serve_connections, args=(server, status, pause), daemon=True).start()
        return int(server.getsockname()[1])

    yield start
    for server in servers:
        server.close()


def test_only_accepted_purchases_count_as_sold(start_server: Callable[..., int]) -> None:
    port = start_server(lambda number: {1: 202, 2: 201, 3: 503, 4: 409}.get(number, 500))

    load = run_closed_loop(port, [cycle([REQUEST])], seconds=30, answers_max=5)

    assert (load.accepted, load.refused, load.answered) == (2, 3, 5)
    assert load.statuses == {BUSY: 1, "409": 1, "500": 1}


def test_with_a_duration_of_zero_each_connection_sends_one_request(start_server: Callable[..., int]) -> None:
    load = run_closed_loop(start_server(lambda _: 202), [cycle([REQUEST]) for _ in range(7)], seconds=0)

    assert load.accepted == 7


def test_a_connection_sends_one_request_after_the_other(start_server: Callable[..., int]) -> None:
    requests = iter([REQUEST, build_post("/y", "token", b"{}")])

    load = run_closed_loop(start_server(lambda _: 202), [requests], seconds=30, answers_max=2)

    assert load.accepted == 2
    assert next(requests, None) is None


def test_the_open_loop_sends_all_planned_requests(start_server: Callable[..., int]) -> None:
    load = run_open_loop(start_server(lambda _: 202), [cycle([REQUEST]) for _ in range(4)], rate=200, seconds=0.1)

    assert (load.accepted, load.unsent) == (20, 0)


def test_the_open_loop_counts_the_time_from_the_planned_moment(start_server: Callable[..., int]) -> None:
    port = start_server(lambda _: 202, pause=0.05)

    load = run_open_loop(port, [cycle([REQUEST])], rate=100, seconds=0.5)

    # One connection: each request waits for those before it, although the server is quick.
    assert load.accepted + load.unsent == 50
    assert max(load.latencies) > 0.05 * load.accepted - 0.01 * (load.accepted - 1)


def test_requests_that_cannot_start_in_time_stay_unsent(start_server: Callable[..., int]) -> None:
    port = start_server(lambda _: 202, pause=0.3)

    load = run_open_loop(port, [cycle([REQUEST])], rate=100, seconds=0.1)

    assert (load.accepted, load.unsent) == (1, 9)


def test_each_repeated_request_has_a_new_key_and_the_same_body() -> None:
    requests = repeat_with_new_keys(REQUEST)
    one, other = next(requests), next(requests)

    assert one != other
    for request in (one, other):
        head, _, body = request.partition(b"\r\n\r\n")
        assert head.count(b"Idempotency-Key: ") == 1
        assert body == b"{}"
