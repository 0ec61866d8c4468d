"""The base of CacheManagers: declared keys with a life, and what can be done with them."""

import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from shop.core.cache.key import Key
from shop.core.cache.single_flight import Life, Place, close, forget, is_value
from shop.core.database.transaction import after_commit, before_commit
from shop.core.metrics.metrics import Counter, Metrics
from shop.core.redis.stores import RedisStores
from shop.core.tenant import current_tenant

CACHE = Counter("shop_cache", "Looks into the cache, by key and by whether something was kept.", ("key", "outcome"))
# A tenth off or on, so that keys written together do not expire together.
JITTER = 0.1
# Of a group's stamp, which says nothing: it may end whenever nobody asks any longer.
GROUP_LIFE_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class CacheManager:
    """Get, put, remember and forget JSON-safe information, of the tenant that is worked for."""

    stores: RedisStores
    metrics: Metrics

    def get(self, key: Key, **parts: object) -> Any | None:
        """What was put, or None; raises RedisError."""
        text = self.stores.cache.get(_own(key, parts))
        found = text if text is not None and is_value(str(text)) else None
        self.metrics.count(CACHE, key.name, "miss" if found is None else "hit")
        return None if found is None else orjson.loads(found)

    def put(self, key: Key, value: Any, seconds: float | None = None, /, **parts: object) -> None:
        """Keep a JSON-safe value for so long, else for the key's life; raises RedisError."""
        life = _milliseconds(seconds) if seconds else _life(key.ttl)
        self.stores.cache.set(_own(key, parts), orjson.dumps(value), px=life)

    def add(self, key: Key, value: Any, seconds: float, /, **parts: object) -> None:
        """Keep a JSON-safe value for so long unless something is kept already; raises RedisError."""
        self.stores.cache.set(_own(key, parts), orjson.dumps(value), px=_milliseconds(seconds), nx=True)

    def remember(self, key: Key, build: Callable[[], Any], **parts: object) -> Any:
        """What is kept, else what `build` makes of it, kept: one caller builds, the others wait for it a little.

        `build` asks the database what is committed, before anything else in the transaction does; where something did,
        and without Redis, it is asked and nothing is kept. None is kept where the key says for how long.
        """
        life = Life(_life(key.ttl), _life(key.nothing))
        group = (self._name_group(key.group, parts), _life(key.group.ttl) or GROUP_LIFE_MS) if key.group else None
        place, outcome = Place(self.stores.cache, _own(key, parts), life, group), "hit"

        def miss() -> Any:
            nonlocal outcome
            outcome = "miss"
            return build()

        value = place.remember(miss)
        self.metrics.count(CACHE, key.name, outcome)
        return value

    def forget(self, key: Key, **parts: object) -> None:
        """Drop what was put, or everything in a group; raises RedisError, since stale information would stay."""
        forget(self.stores.cache, _own(key, parts))

    def supersede(self, key: Key, **parts: object) -> None:
        """Let what was put, or everything in a group, end with the commit of the running transaction.

        Just before it nobody is told it any longer, nor keeps what it was; whoever dies then leaves nothing behind that
        lasts. Without Redis there is no commit: RedisError.
        """
        name, mark = _own(key, parts), secrets.token_hex(8)
        before_commit(self._close, name, mark)
        after_commit(self._forget, name, mark)

    def _close(self, name: str, mark: str) -> None:
        close(self.stores.cache, name, mark)

    def _forget(self, name: str, mark: str) -> None:
        forget(self.stores.cache, name, mark)

    def _name_group(self, group: Key, parts: Mapping[str, object]) -> str:
        return _own(group, {name: value for name, value in parts.items() if name in group.parts})


def _own(key: Key, parts: Mapping[str, object]) -> str:
    # Said here and by nobody else: information that names no tenant cannot be kept, nor found by another.
    return key(tenant=current_tenant(), **parts)


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _life(life: timedelta | None) -> int | None:
    return None if life is None else _milliseconds(life.total_seconds() * random.uniform(1 - JITTER, 1 + JITTER))
