"""Draining of a web server after SIGTERM."""

import json
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API
from tests.support.http import HttpClient
from tests.support.polling import eventually
from tests.support.processes.managed_process import HANG_SECONDS
from tests.support.processes.processes import MakeService, Service

# Longer than any client needs for two requests, also on a busy machine.
DRAIN_SECONDS = 4.0
CLIENTS = 8
BODY = b'{"email": "unknown@example.com", "password": "Wrong-horse-1"}'
UNKNOWN = 401101


@pytest.fixture
def service(make_service: MakeService) -> Service:
    """A web server on tables without rows."""
    service = make_service(env={"SHOP_DRAIN_SECONDS": str(DRAIN_SECONDS)})
    service.run_cli("migrate")
    service.start("web")
    return service


@dataclass
class PollingClients:
    """Clients that send requests until /readyz fails."""

    service: Service
    answered: threading.Semaphore = field(default_factory=partial(threading.Semaphore, 0))

    def poll_persistent(self) -> "Counter[int]":
        """Count the statuses received over one persistent connection."""
        with self.service.client() as client:
            return self._poll(lambda: client)

    def poll_new(self) -> "Counter[int]":
        """Count the statuses received over connections that are used once."""
        return self._poll(self.service.client)

    def _poll(self, connect: Callable[[], HttpClient]) -> "Counter[int]":
        statuses: Counter[int] = Counter()
        while True:
            client = connect()
            statuses[client.get(f"{API}/items").status] += 1
            ready = client.get("/readyz")
            if ready.status == 503:
                assert data_of(ready, 503) == {"database": "ok", "redis": "ok", "draining": True}
                return statuses
            self.answered.release()


def send_sigterm(service: Service) -> float:
    """Send SIGTERM without waiting for the end; return the time."""
    os.kill(service.process("web").pid, signal.SIGTERM)
    return time.monotonic()


def test_clients_that_poll_readyz_lose_no_response(service: Service) -> None:
    clients = PollingClients(service)
    with ThreadPoolExecutor(CLIENTS) as pool:
        futures = [pool.submit(poll) for poll in (clients.poll_persistent, clients.poll_new) * (CLIENTS // 2)]
        for _ in range(CLIENTS * 5):
            assert clients.answered.acquire(timeout=HANG_SECONDS)
        send_sigterm(service)
        answers = sum((future.result() for future in futures), Counter())

    assert set(answers) == {200}
    eventually(lambda: service.process("web").returncode == 0)


def test_a_client_that_ignores_readyz_is_served_while_draining(service: Service) -> None:
    with service.client() as persistent:
        persistent.get("/livez")
        began = send_sigterm(service)
        answers = []
        while time.monotonic() < began + DRAIN_SECONDS / 2:
            answers.append(persistent.get(f"{API}/items").status)
            with service.client() as new_client:
                answers.append(new_client.get("/livez").status)

    assert set(answers) == {200}
    eventually(lambda: service.process("web").returncode == 0)


def test_requests_in_progress_are_finished(service: Service) -> None:
    # The request starts before the server stops accepting connections.
    with ThreadPoolExecutor(1) as pool:
        code: Future[int] = pool.submit(sign_in_slowly, service, DRAIN_SECONDS + 2.0, begun := threading.Event())
        assert begun.wait(HANG_SECONDS)
        send_sigterm(service)

        assert code.result() == UNKNOWN
    eventually(lambda: service.process("web").returncode == 0)


def sign_in_slowly(service: Service, seconds: float, begun: threading.Event) -> int:
    """Send a sign-in body byte by byte; return the response code."""
    address, _, port = service.bind().rpartition(":")
    head = f"POST {API}/auth/login HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nContent-Type: application/json\r\n"
    with socket.create_connection((address, int(port)), timeout=10.0) as connection:
        connection.sendall(f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode())
        begun.set()
        for letter in BODY:
            time.sleep(seconds / len(BODY))
            connection.sendall(bytes([letter]))
        return int(json.loads(connection.makefile("rb").read().partition(b"\r\n\r\n")[2])["code"])


def test_a_second_signal_stops_the_server_at_once(make_service: MakeService) -> None:
    service = make_service(env={"SHOP_DRAIN_SECONDS": "60"})
    service.run_cli("migrate")
    service.start("web")
    send_sigterm(service)
    with service.client() as client:
        eventually(lambda: client.get("/readyz").status == 503)

    assert service.terminate("web") == 0
