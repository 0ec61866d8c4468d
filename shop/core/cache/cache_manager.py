"""The base of CacheManagers: declared keys with a life, and what can be done with them."""

import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from shop.core.cache.key import Key
from shop.core.cache.single_flight import CacheSlot, Lifetimes, block, delete_key, is_value
from shop.core.database.transaction import after_commit, before_commit
from shop.core.metrics.metrics import Counter, Metrics
from shop.core.redis.stores import RedisStores
from shop.core.tenant import current_tenant

CACHE = Counter("shop_cache", "Looks into the cache, by key and by whether something was kept.", ("key", "outcome"))
# A tenth off or on, so that keys written together do not expire together.
JITTER = 0.1
# Of a group's stamp, which says nothing: it may end whenever nobody asks any longer.
TAG_TTL_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class CacheManager:
    """Get, put, remember and forget JSON-safe information, of the tenant that is worked for."""

    stores: RedisStores
    metrics: Metrics

    def get(self, key: Key, **parts: object) -> Any | None:
        """What was put, or None; raises RedisError."""
        text = self.stores.cache.get(_tenant_key(key, parts))
        found = text if text is not None and is_value(str(text)) else None
        self.metrics.count(CACHE, key.name, "miss" if found is None else "hit")
        return None if found is None else orjson.loads(found)

    def put(self, key: Key, value: Any, seconds: float | None = None, /, **parts: object) -> None:
        """Keep a JSON-safe value for so long, else for the key's life; raises RedisError."""
        life = _to_milliseconds(seconds) if seconds else _jittered_ttl(key.ttl)
        self.stores.cache.set(_tenant_key(key, parts), orjson.dumps(value), px=life)

    def add(self, key: Key, value: Any, seconds: float, /, **parts: object) -> None:
        """Keep a JSON-safe value for so long unless something is kept already; raises RedisError."""
        self.stores.cache.set(_tenant_key(key, parts), orjson.dumps(value), px=_to_milliseconds(seconds), nx=True)

    def get_or_build(self, key: Key, build: Callable[[], Any], **parts: object) -> Any:
        """What is kept, else what `build` makes of it, kept: one caller builds, the others wait for it a little.

        `build` asks the database what is committed, before anything else in the transaction does; where something did,
        and without Redis, it is asked and nothing is kept. None is kept where the key says for how long.
        """
        life = Lifetimes(_jittered_ttl(key.ttl), _jittered_ttl(key.negative_ttl))
        group = (self._tag_key(key.tag, parts), _jittered_ttl(key.tag.ttl) or TAG_TTL_MS) if key.tag else None
        place, outcome = CacheSlot(self.stores.cache, _tenant_key(key, parts), life, group), "hit"

        def miss() -> Any:
            nonlocal outcome
            outcome = "miss"
            return build()

        value = place.get_or_build(miss)
        self.metrics.count(CACHE, key.name, outcome)
        return value

    def delete(self, key: Key, **parts: object) -> None:
        """Drop what was put, or everything in a group; raises RedisError, since stale information would stay."""
        delete_key(self.stores.cache, _tenant_key(key, parts))

    def invalidate_on_commit(self, key: Key, **parts: object) -> None:
        """Let what was put, or everything in a group, end with the commit of the running transaction.

        Just before it nobody is told it any longer, nor keeps what it was; whoever dies then leaves nothing behind that
        lasts. Without Redis there is no commit: RedisError.
        """
        name, mark = _tenant_key(key, parts), secrets.token_hex(8)
        before_commit(self._block, name, mark)
        after_commit(self._delete, name, mark)

    def _block(self, name: str, mark: str) -> None:
        block(self.stores.cache, name, mark)

    def _delete(self, name: str, mark: str) -> None:
        delete_key(self.stores.cache, name, mark)

    def _tag_key(self, tag: Key, parts: Mapping[str, object]) -> str:
        return _tenant_key(tag, {name: value for name, value in parts.items() if name in tag.parts})


def _tenant_key(key: Key, parts: Mapping[str, object]) -> str:
    # Said here and by nobody else: information that names no tenant cannot be kept, nor found by another.
    return key(tenant=current_tenant(), **parts)


def _to_milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _jittered_ttl(ttl: timedelta | None) -> int | None:
    return None if ttl is None else _to_milliseconds(ttl.total_seconds() * random.uniform(1 - JITTER, 1 + JITTER))
