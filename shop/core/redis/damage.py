"""Damaged keys, whose values have another type."""

import logging
from typing import Any

from redis.exceptions import RedisError

SUFFIX = ":damaged"
_STREAM = "stream"
_log = logging.getLogger(__name__)


def is_wrong_type(error: RedisError) -> bool:
    """Return True for a command on a key of another type."""
    return "WRONGTYPE" in str(error)


def remove_wrong_type(client: Any, name: str, kind: str) -> bool:
    """Remove a key of another type; return True when removed.

    In the place of a stream it is kept under another name, for an operator.
    """
    found = client.type(name)
    if found in (kind, "none"):
        return False
    if kind == _STREAM:
        client.rename(name, name + SUFFIX)
    else:
        client.delete(name)
    _log.error("The key %s was a %s, not a %s; it was removed", name, found, kind)
    return True
