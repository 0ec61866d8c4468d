"""Remembering what was built: by one caller for all, and never past a change.

Under a key stands a value, or the lease (`?`) of whoever builds it, or the mark (`!`) of a change that is about to be
committed. What is built is kept only while its lease still stands there, and each change takes leases away, before its
commit and after it: what was read before a change is never kept beyond it.
"""

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

# Longer than anything takes that is built for one request.
LEASE_SECONDS = 3.0
# How long the others wait for the one who builds; then they build for themselves.
WAIT_SECONDS = 0.4
PAUSE_SECONDS, PAUSE_MAX_SECONDS = 0.004, 0.03
# Longer than a commit may take. It also ends by itself when there was no commit, or nobody was left to forget.
BLOCK_SECONDS = 10.0
# What is larger would cost the store of the sale more memory than it saves the database work.
VALUE_MAX_BYTES = 128 * 1024
LEASE, BLOCK = "?", "!"
_LUA = Path(__file__).parent / "lua"
_lease_script, _store_script, _delete_script = (Script(_LUA / f"{name}.lua") for name in ("look", "keep", "forget"))


class Lifetimes(NamedTuple):
    """How long a value lives, in milliseconds, and how long it is known that there is none; None: for ever, not."""

    value_ttl: int | None
    negative_ttl: int | None


@dataclass(frozen=True)
class CacheSlot:
    """Where something is remembered. `group`: a key whose change is a change of everything in it, and its life."""

    client: "Redis"
    name: str
    lifetimes: Lifetimes
    tag: tuple[str, int] | None = None

    def get_or_build(self, build: Callable[[], Any]) -> Any:
        """What is kept, else what `build` makes of it; without Redis what `build` makes."""
        # Whoever has written something sees what others do not; whoever has read something saw it before its lease.
        found = self._read_or_lease() if is_unused() else None
        if found is None:
            return build()
        answer, text = found
        return orjson.loads(text) if answer == "kept" else self._build_and_store(text, build)

    def _read_or_lease(self) -> tuple[str, str] | None:
        """What is kept, or our lease; None where it cannot be kept, or not soon enough."""
        deadline, pause = time.monotonic() + WAIT_SECONDS, PAUSE_SECONDS
        while True:
            try:
                answer, text = self._try_lease()
            except RedisError:
                return None
            if answer in ("kept", "lease"):
                return answer, text
            if answer == "closed" or time.monotonic() >= deadline:
                return None
            time.sleep(random.uniform(pause / 2, pause))
            pause = min(pause * 2, PAUSE_MAX_SECONDS)

    def _try_lease(self) -> tuple[str, str]:
        own = secrets.token_hex(8)
        words: list[Any] = [own, int(LEASE_SECONDS * 1000)]
        if self.tag:
            group, life = self.tag
            answer, text = _lease_script(self.client, [self.name, group], [*words, own, life])
        else:
            answer, text = _lease_script(self.client, [self.name], words)
        return answer, text

    def _build_and_store(self, lease: str, build: Callable[[], Any]) -> Any:
        text, life = "", None
        try:
            value = build()
            life = self.lifetimes.negative_ttl if value is None else self.lifetimes.value_ttl
            # That there is nothing is kept where its life is said.
            text = "" if value is None and life is None else orjson.dumps(value).decode()
        finally:
            # Without a text, whatever became of it, the lease is given back.
            stamp = lease[len(LEASE) : lease.rindex("|") + 1] if self.tag else ""
            with suppress(RedisError):
                kept = stamp + text if text and len(text) <= VALUE_MAX_BYTES else ""
                _store_script(self.client, [self.name], [lease, kept, "" if life is None else life])
        return value


def is_value(text: str | None) -> bool:
    """Whether what stands under a key is a value."""
    return text is not None and text[:1] not in (LEASE, BLOCK)


def block(client: "Redis", name: str, mark: str) -> None:
    """Let nobody be told what stands under a key, nor keep anything there, until the mark ends; raises RedisError."""
    client.set(name, BLOCK + mark, px=int(BLOCK_SECONDS * 1000))


def delete_key(client: "Redis", name: str, mark: str = "") -> None:
    """Drop what stands under a key, and the lease under which it is built; raises RedisError.

    The mark of a change that somebody else is about to commit stays.
    """
    _delete_script(client, [name], [BLOCK + mark])
