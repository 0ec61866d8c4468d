"""Draining flag for a graceful shutdown.

A draining web server reports it at /readyz and goes on serving for a while, so that proxies and load balancers stop
sending requests before any is refused.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Path of the flag file. It is an environment variable, since web processes may be forked or spawned.
_FLAG_VARIABLE = "_SHOP_DRAINING"


@contextmanager
def draining_flag() -> Iterator[Path]:
    """Provide a flag file to the child processes until the context ends.

    The children are draining as soon as the file exists.
    """
    with tempfile.TemporaryDirectory(prefix="shop-") as folder:
        os.environ[_FLAG_VARIABLE] = str(Path(folder, "draining"))
        yield Path(folder, "draining")


def is_draining() -> bool:
    """Return True when this web process is shutting down."""
    flag_file = os.environ.get(_FLAG_VARIABLE)
    return flag_file is not None and Path(flag_file).exists()
