"""Requests in the background, repeated until their answer is final."""

import http.client
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.chaos.harness.crash_trap import CrashTrap, release
from tests.http.support.shop import API, Shop
from tests.support.http import Response

WAIT_SECONDS = 15.0


@contextmanager
def send_in_background(
    shop: Shop, trap: CrashTrap, path: str, body: object, *, method: str = "POST", tries: int = 100
) -> Iterator[Callable[[], list[int]]]:
    """Send a request as an administrator to the web server of the trap until its response is final.

    A response from 200 to 499 is final.
    Yields a function that returns the statuses; 0 stands for a broken connection.
    """
    token = shop.admin()
    release(shop, trap)
    web = trap.process if trap.process.startswith("web") else "web"

    def send() -> Response:
        with shop.service.client(web, 5.0) as client:
            return client.request(method, f"{API}/{path}", body, token=token)

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(_send_until_answered, send, tries).result


def _send_until_answered(send: Callable[[], Response], tries: int) -> list[int]:
    statuses: list[int] = []
    deadline = time.monotonic() + WAIT_SECONDS
    while len(statuses) < tries and time.monotonic() < deadline:
        try:
            statuses.append(send().status)
        except ConnectionRefusedError:
            pass  # the process does not run, so no request was sent
        except (OSError, http.client.HTTPException):
            statuses.append(0)
        if statuses and 200 <= statuses[-1] < 500:
            break
        time.sleep(0.05)
    return statuses
