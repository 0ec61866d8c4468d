"""Two web servers: `web` dies or pauses at a named point, `web.2` is asked what became of it."""

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


def new_draft(shop: Shop, **words: str) -> Write:
    """A write that makes an item of a name that no other has."""
    return Write(shop.admin(), uuid4().hex, words={**DRAFT, "name": uuid4().hex, **words})


def count_drafts(shop: Shop, write: Write) -> int:
    """How often a draft was made."""
    return drafts(shop, write.words["name"])


@contextmanager
def arm_crash(shop: Shop, where: str, mark: Path, name: str = "SIGKILL") -> Iterator[None]:
    """While the context lasts `web` gets that signal at the point; afterwards it runs as if nothing had been."""
    service = shop.service
    given = service.env
    service.env = {
        **given,
        "SHOP_TEST_CRASH": where,
        "SHOP_TEST_CRASH_MARK": str(mark),
        "SHOP_TEST_CRASH_SIGNAL": name,
    }
    service.kill("web")
    service.start("web")
    service.env = given
    try:
        yield
    finally:
        service.kill("web")
        service.start("web")


def assert_dies(shop: Shop, write: Write, mark: Path) -> None:
    """Send a write to `web`, which dies of it without an answer."""
    with suppress(OSError, http.client.HTTPException):
        answer = write.send(shop)
        raise AssertionError(f"It answered {answer.status}.")
    assert mark.exists(), "The point was not reached."


@contextmanager
def pause_at(shop: Shop, write: Write, where: str, mark: Path) -> Iterator["Future[Response]"]:
    """While the context lasts `web` sleeps at the point; the answer that it gives when it wakes."""
    with arm_crash(shop, where, mark, "SIGSTOP"), ThreadPoolExecutor(1) as pool:
        answer = pool.submit(write.send, shop, 60.0)
        try:
            assert wait_for(lambda: mark.exists() and mark.read_text() != "", REACHED_SECONDS), "It did not pause."
            yield answer
        finally:
            resume(mark)
            answer.exception(60.0)


def resume(mark: Path) -> None:
    """Let the process that paused go on."""
    with suppress(OSError, ValueError):
        os.kill(int(mark.read_text()), signal.SIGCONT)
