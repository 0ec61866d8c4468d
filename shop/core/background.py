"""What a process does beside its requests."""

import logging
import time
from collections.abc import Callable
from threading import Thread

from sqlalchemy.exc import SQLAlchemyError

_log = logging.getLogger(__name__)


def follow(read: Callable[[], object], seconds: float, what: str) -> None:
    """Read something from the database now, and every so many seconds while this process lives.

    No request waits for it; while the database is away, what was read last stays.
    """
    _try(read, what)
    Thread(target=_follow, args=(read, seconds, what), name=what, daemon=True).start()


def _follow(read: Callable[[], object], seconds: float, what: str) -> None:
    while True:
        time.sleep(seconds)
        _try(read, what)


def _try(read: Callable[[], object], what: str) -> None:
    try:
        read()
    except SQLAlchemyError as error:
        _log.warning("The %s are not read now: %s", what, error)
