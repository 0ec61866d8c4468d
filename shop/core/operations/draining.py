"""Draining: a web server that was told to end says so at /readyz first, and goes on answering for a while.

So whoever sends it requests, a proxy or a balancer, hears of it before anything is refused.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Where the parent of the web processes tells them; a name in the environment, since they may be forked or spawned.
_FLAG_VARIABLE = "_SHOP_DRAINING"


@contextmanager
def draining_flag() -> Iterator[Path]:
    """While the context lasts, the children of this process look at a place: they are draining when it is there."""
    with tempfile.TemporaryDirectory(prefix="shop-") as folder:
        os.environ[_FLAG_VARIABLE] = str(Path(folder, "draining"))
        yield Path(folder, "draining")


def is_draining() -> bool:
    """Whether this web process was told to end."""
    place = os.environ.get(_FLAG_VARIABLE)
    return place is not None and Path(place).exists()
