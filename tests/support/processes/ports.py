"""Free TCP ports."""

import fcntl
import os
import random
import socket
import tempfile
from functools import cache
from pathlib import Path
from typing import BinaryIO

# Below the ephemeral ports of outgoing connections, so that no client uses one of them.
_PORTS = range(20_000, 30_000)
_reserved_ports: set[int] = set()


def free_port() -> int:
    """Find a free port of 127.0.0.1.

    It is reserved until this process ends: no other test worker gets it, neither before its server listens nor while
    the server restarts.
    """
    for port in random.sample(_PORTS, min(100, len(_PORTS))):
        if _reserve(port) and _is_free(port):
            return port
    raise OSError("None of a hundred ports was free.")


@cache
def _open_lock_file() -> BinaryIO:
    # Never closed: that would release all locks of this process.
    return Path(tempfile.gettempdir(), f"shop-test-ports-{os.getuid()}").open("ab")


def _reserve(port: int) -> bool:
    """Lock the byte of this port; return False when any test process has reserved it."""
    if port in _reserved_ports:
        return False
    try:
        fcntl.lockf(_open_lock_file(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except BlockingIOError:
        return False
    _reserved_ports.add(port)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As for servers, a port whose last connections are in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
