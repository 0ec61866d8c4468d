"""Helpers that kill or pause the process `web` at a named point."""

import http.client
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from tests.chaos.harness.crash_trap import CrashTrap
from tests.http.support.idempotent_writes import DRAFT, Write, drafts
from tests.http.support.shop import Shop
from tests.support.http import Response

STORE = "shop.services.idempotency_record:IdempotencyRecordService"
CREATE = "shop.services.item:ItemService.create"
HOOK = "shop.core.database.transaction:_run_hook"
POINTS = [CREATE, HOOK, *(f"{STORE}.{method}" for method in ("lease", "find", "save", "release"))]


def new_draft(shop: Shop, **fields: str) -> Write:
    """Return a write that creates an item with a unique name."""
    return Write(shop.admin(), uuid4().hex, words={**DRAFT, "name": uuid4().hex, **fields})


def count_drafts(shop: Shop, write: Write) -> int:
    """Return the number of items that a write has created."""
    return drafts(shop, write.words["name"])


@contextmanager
def arm_crash(shop: Shop, where: str, mark: Path, name: str = "SIGKILL") -> Iterator[CrashTrap]:
    """Send a signal to `web` at a named point, within the context.

    `where` is "module:function:before" or ":after". Afterwards `web` runs without the trap.
    """
    trap = CrashTrap(shop, "web", where, mark, name)
    trap.arm()
    try:
        yield trap
    finally:
        trap.revive()


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
    with arm_crash(shop, where, mark, "SIGSTOP") as trap, ThreadPoolExecutor(1) as pool:
        response = pool.submit(write.send, shop, 60.0)
        try:
            trap.wait_until_reached()
            yield response
        finally:
            resume(mark)
            response.exception(60.0)


def resume(mark: Path) -> None:
    """Resume the paused process."""
    with suppress(OSError, ValueError):
        os.kill(int(mark.read_text()), signal.SIGCONT)
