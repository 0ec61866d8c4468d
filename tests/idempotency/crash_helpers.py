"""Helpers that kill or pause the process `web` at a named point."""

import http.client
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from tests.http.support.idempotent_writes import DRAFT, Write, drafts
from tests.http.support.shop import Shop
from tests.support.http import Response
from tests.support.polling import wait_for

REACHED_SECONDS = 15.0


def new_draft(shop: Shop, **fields: str) -> Write:
    """Return a write that creates an item with a unique name."""
    return Write(shop.admin(), uuid4().hex, words={**DRAFT, "name": uuid4().hex, **fields})


def count_drafts(shop: Shop, write: Write) -> int:
    """Return the number of items that a write has created."""
    return drafts(shop, write.words["name"])


@contextmanager
def arm_crash(shop: Shop, where: str, mark: Path, name: str = "SIGKILL") -> Iterator[None]:
    """Send a signal to `web` at a named point, within the context.

    `where` is "module:function:before" or ":after". Afterwards `web` runs without the trap.
    """
    service = shop.service
    env = service.env
    service.env = {
        **env,
        "SHOP_TEST_CRASH": where,
        "SHOP_TEST_CRASH_MARK": str(mark),
        "SHOP_TEST_CRASH_SIGNAL": name,
    }
    service.kill("web")
    service.start("web")
    service.env = env
    try:
        yield
    finally:
        service.kill("web")
        service.start("web")


def assert_dies(shop: Shop, write: Write, mark: Path) -> None:
    """Assert that `web` dies of a write without a response."""
    with suppress(OSError, http.client.HTTPException):
        response = write.send(shop)
        raise AssertionError(f"The response has status {response.status}.")
    assert mark.exists(), "The point was not reached."


@contextmanager
def pause_at(shop: Shop, write: Write, where: str, mark: Path) -> Iterator["Future[Response]"]:
    """Pause `web` at a named point, within the context.

    Yields the future of the response, which follows after `resume`.
    """
    with arm_crash(shop, where, mark, "SIGSTOP"), ThreadPoolExecutor(1) as pool:
        response = pool.submit(write.send, shop, 60.0)
        try:
            assert wait_for(lambda: mark.exists() and mark.read_text() != "", REACHED_SECONDS), (
                "The process did not pause."
            )
            yield response
        finally:
            resume(mark)
            response.exception(60.0)


def resume(mark: Path) -> None:
    """Resume the paused process."""
    with suppress(OSError, ValueError):
        os.kill(int(mark.read_text()), signal.SIGCONT)
