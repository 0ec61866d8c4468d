"""Teardown of logs that commands start in the test's own process."""

import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from shop.core.logging import setup as log


@pytest.fixture(autouse=True)
def own_log_ends() -> Iterator[None]:
    """Finish the logs that a test started, and restore hooks."""
    hooks = sys.excepthook, threading.excepthook
    yield
    if not log._active_logs:
        return
    while log._active_logs:
        log._active_logs.pop().finish()
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)
    logging.getLogger(log.ROOT_LOGGER).setLevel(logging.NOTSET)
