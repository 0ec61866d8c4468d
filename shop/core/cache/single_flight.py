"""Single-flight cache: one caller builds, and no value survives a change.

A key holds a value, or the lease (`?`) of the caller that builds it, or the mark (`!`) of a change that is about to be
committed. A built value is stored only while its lease is still there. Each change removes leases, before its commit
and after it, so a value that was read before a change is never stored after it.
"""

import logging
import random
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from redis import Redis

from shop.core.database.transaction import is_unused
from shop.core.redis.script import Script
from shop.core.redis.stores import RedisError

# Longer than the build of any value takes.
LEASE_SECONDS = 3.0
# Other callers wait that long for the value; then they build it themselves.
WAIT_SECONDS = 0.4
PAUSE_SECONDS, PAUSE_MAX_SECONDS = 0.004, 0.03
# Longer than a commit may take. The mark expires by itself when the process died before it deleted the key.
BLOCK_SECONDS = 10.0
# A larger value would cost the Redis of the sale more memory than it saves the database work.
VALUE_MAX_BYTES = 128 * 1024
LEASE, BLOCK, NOTHING = "?", "!", "null"
_log = logging.getLogger(__name__)
_LUA = Path(__file__).parent / "lua"
_lease_script, _store_script, _delete_script = (Script(_LUA / f"{name}.lua") for name in ("look", "keep", "forget"))


class Lifetimes(NamedTuple):
    """Lives in milliseconds of a value and of a cached None.

    A `value_ttl` of None means for ever; a `negative_ttl` of None means that None is not cached.
    """

    value_ttl: int | None
    negative_ttl: int | None


@dataclass(frozen=True)
class CacheSlot:
    """Cached value under one key.

    `tag` is the key of a tag, whose deletion invalidates all its values, and its life in milliseconds.
    """

    client: "Redis"
    name: str
    lifetimes: Lifetimes
    tag: tuple[str, int] | None = None

    def get_or_build(self, build: Callable[[], Any], is_valid: Callable[[Any], bool]) -> Any:
        """Return the cached value, or build it; without Redis always build."""
        # A used transaction may see its own uncommitted rows, or a state from before the lease.
        result = self._read_or_lease() if is_unused() else None
        if result is None:
            return build()
        status, text = result
        if status != "kept":
            return self._build_and_store(text, build)
        value = loads_or_none(text)
        if text == NOTHING or (value is not None and is_valid(value)):
            return value
        _log.error("The cached value of %s is damaged; it is built again", self.name)
        with suppress(RedisError):
            delete_key(self.client, self.name)
        return build()

    def _read_or_lease(self) -> tuple[str, str] | None:
        """Return the cached value, or a lease to build it.

        None when the value cannot be stored, or another caller builds it for too long.
        """
        deadline, pause = time.monotonic() + WAIT_SECONDS, PAUSE_SECONDS
        while True:
            try:
                status, text = self._try_lease()
            except RedisError:
                return None
            if status in ("kept", "lease"):
                return status, text
            if status == "closed" or time.monotonic() >= deadline:
                return None
            time.sleep(random.uniform(pause / 2, pause))
            pause = min(pause * 2, PAUSE_MAX_SECONDS)

    def _try_lease(self) -> tuple[str, str]:
        nonce = secrets.token_hex(8)
        arguments: list[Any] = [nonce, int(LEASE_SECONDS * 1000)]
        if self.tag:
            tag, ttl = self.tag
            status, text = _lease_script(self.client, [self.name, tag], [*arguments, nonce, ttl])
        else:
            status, text = _lease_script(self.client, [self.name], arguments)
        return status, text

    def _build_and_store(self, lease: str, build: Callable[[], Any]) -> Any:
        text, ttl = "", None
        try:
            value = build()
            ttl = self.lifetimes.negative_ttl if value is None else self.lifetimes.value_ttl
            # None is stored only for a `negative_ttl`.
            text = "" if value is None and ttl is None else orjson.dumps(value).decode()
        finally:
            # Without a text, also after an error, the script releases the lease.
            prefix = lease[len(LEASE) : lease.rindex("|") + 1] if self.tag else ""
            with suppress(RedisError):
                stored = prefix + text if text and len(text) <= VALUE_MAX_BYTES else ""
                _store_script(self.client, [self.name], [lease, stored, "" if ttl is None else ttl])
        return value


def loads_or_none(text: str) -> Any:
    """Return a cached value; None when it is damaged."""
    try:
        return orjson.loads(text)
    except ValueError:
        return None


def is_value(text: str | None) -> bool:
    """Return True for a value, False for a lease, mark or None."""
    return text is not None and text[:1] not in (LEASE, BLOCK)


def block(client: "Redis", name: str, mark: str) -> None:
    """Replace a value by a mark that prevents its use; raises RedisError.

    Until the mark is deleted or expires, nothing is stored under the key.
    """
    client.set(name, BLOCK + mark, px=int(BLOCK_SECONDS * 1000))


def delete_key(client: "Redis", name: str, mark: str = "") -> None:
    """Delete a value, or the lease to build it; raises RedisError.

    Keeps another transaction's mark.
    """
    _delete_script(client, [name], [BLOCK + mark])
