"""Watch of the parent process, so that a child ends with it."""

import os
import signal
import time
from collections.abc import Mapping
from threading import Thread

# Pid of the parent with which a process ends. A variable, since web processes may be forked or spawned.
_PARENT_VARIABLE = "_SHOP_PARENT"
CHECK_SECONDS = 0.3


def child_environment() -> dict[str, str]:
    """Return the environment of a child that ends with this process."""
    return {**os.environ, _PARENT_VARIABLE: str(os.getpid())}


def adopt_children() -> None:
    """Let all later children of this process end with it."""
    os.environ[_PARENT_VARIABLE] = str(os.getpid())


def end_with_parent(stop_seconds: float, environment: Mapping[str, str] = os.environ) -> None:
    """Stop this process when the parent that started it has died.

    Without a parent in the environment the process outlives its parent, as after `nohup`. `stop_seconds`: time for an
    orderly stop, after which the process is killed.
    """
    parent = environment.get(_PARENT_VARIABLE, "")
    if parent.isdecimal():
        Thread(target=_stop_after_parent, args=(int(parent), stop_seconds), name="parent-watch", daemon=True).start()


def _stop_after_parent(parent: int, stop_seconds: float) -> None:
    # A poll works on every system. An orphan gets another parent: init, or a process that collects orphans.
    while os.getppid() == parent:
        time.sleep(CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(stop_seconds)
    os.kill(os.getpid(), signal.SIGKILL)
