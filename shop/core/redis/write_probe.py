"""Probe of a Redis server by the writes of a purchase."""

import logging
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from shop.core.redis.script import Script

__all__ = ["REFUSED", "ResponseError", "WriteProbe", "describe_refusal", "probe_writes"]

REFUSED = "refused"
PROBE_LIFE_MS = 1000
_log = logging.getLogger(__name__)
_probe = Script(Path(__file__).parent / "lua" / "probe.lua")
_CAUSES = {
    "READONLY": "it is a read-only replica, not the master",
    "NOREPLICAS": "fewer replicas are connected than min-replicas-to-write demands",
    "MISCONF": "its last save or append to the disk failed; see its log and the free space",
    "OOM": "its memory is full (maxmemory)",
    "NOPERM": "its user may not run the commands of a purchase on all keys",
    "LOADING": "it is loading its data",
    "BUSY": "a script runs for too long",
    "MASTERDOWN": "it is a replica without a master",
}
# Classes of redis-py, whose texts lack the code.
_CLASSES = {
    "ReadOnlyError": "READONLY",
    "OutOfMemoryError": "OOM",
    "NoPermissionError": "NOPERM",
    "BusyLoadingError": "LOADING",
    "MasterDownError": "MASTERDOWN",
}


def probe_writes(client: "Redis", partition: int = 0) -> None:
    """Write as a purchase in a partition does.

    Raises RedisError; a server that answers but refuses raises ResponseError.
    """
    prefix = f"{{p{partition:02}}}:probe"
    _probe(client, [f"{prefix}:text", f"{prefix}:hash", f"{prefix}:stream"], [PROBE_LIFE_MS])


def describe_refusal(error: RedisError) -> str:
    """Describe why a write was refused, with the server's text."""
    name, text = type(error).__name__, str(error)
    word = _CLASSES.get(name) or next((code for code in _CAUSES if code in text), "")
    # Valkey and Redis say it in words inside of scripts.
    word = word or ("NOPERM" if "ACL failure" in text or "no permissions" in text else "")
    return f"{_CAUSES[word]}: {text}" if word else text


class WriteProbe:
    """Probe for the store monitor of a server."""

    def __init__(self, client: Any, partition: int) -> None:
        self._client, self._partition = client, partition
        # Cause of the refusal, empty while the server takes writes.
        self.cause = ""

    def check(self) -> str:
        """Return `ok` or `refused`; raises RedisError without an answer."""
        try:
            probe_writes(self._client, self._partition)
        except ResponseError as error:
            self._report(describe_refusal(error))
            return REFUSED
        self._report("")
        return "ok"

    def _report(self, cause: str) -> None:
        if cause != self.cause:
            _log.warning("redis %s", f"refuses writes: {cause}" if cause else "takes writes again")
        self.cause = cause
