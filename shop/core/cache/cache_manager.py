"""Base class of CacheManagers."""

import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from shop.core.cache.key import Key
from shop.core.cache.single_flight import CacheSlot, Lifetimes, block, delete_key, is_value, loads_or_none
from shop.core.database.transaction import after_commit, before_commit
from shop.core.metrics.metrics import Counter, Metrics
from shop.core.redis.damage import is_wrong_type, remove_wrong_type
from shop.core.redis.stores import RedisError, RedisStores
from shop.core.tenant import current_tenant

CACHE = Counter("shop_cache", "Cache reads, by key and outcome.", ("key", "outcome"))
# Lives vary by a tenth, so that keys written together do not expire together.
JITTER = 0.1
# Life of a tag's value. The value is random: when it expires, the keys of the tag are built again.
TAG_TTL_MS = 24 * 3600 * 1000


def _accept(_value: object) -> bool:
    return True


@dataclass(frozen=True)
class CacheManager:
    """Cache of JSON-safe values of the current tenant."""

    stores: RedisStores
    metrics: Metrics

    def get(self, key: Key, **parts: object) -> Any | None:
        """Return the cached value or None; raises RedisError."""
        name = _tenant_key(key, parts)
        text = self._read(name)
        value = loads_or_none(text) if text is not None and is_value(str(text)) else None
        self.metrics.count(CACHE, key.name, "miss" if value is None else "hit")
        return value

    def _read(self, name: str) -> Any:
        try:
            return self.stores.cache.get(name)
        except RedisError as error:
            if not is_wrong_type(error):
                raise
        remove_wrong_type(self.stores.cache, name, "string")
        return None

    def put(self, key: Key, value: Any, seconds: float | None = None, /, **parts: object) -> None:
        """Store a value; raises RedisError.

        It lives for the given seconds, or else for the key's `ttl`.
        """
        ttl = _to_milliseconds(seconds) if seconds else _jittered_ttl(key.ttl)
        self.stores.cache.set(_tenant_key(key, parts), orjson.dumps(value), px=ttl)

    def add(self, key: Key, value: Any, seconds: float, /, **parts: object) -> None:
        """Store a value for some seconds unless one exists; raises RedisError."""
        self.stores.cache.set(_tenant_key(key, parts), orjson.dumps(value), px=_to_milliseconds(seconds), nx=True)

    def get_or_build(
        self, key: Key, build: Callable[[], Any], is_valid: Callable[[Any], bool] = _accept, /, **parts: object
    ) -> Any:
        """Return the cached value, or build and store it.

        One caller builds; the others wait for it for a short time. `build` must read committed data only: when the
        transaction has sent statements already, and without Redis, the value is built and not stored. None is stored
        for the key's `negative_ttl`, and not at all without one. A damaged value, which is no JSON or does not meet
        `is_valid`, is deleted and built again.
        """
        lifetimes = Lifetimes(_jittered_ttl(key.ttl), _jittered_ttl(key.negative_ttl))
        tag = (self._tag_key(key.tag, parts), _jittered_ttl(key.tag.ttl) or TAG_TTL_MS) if key.tag else None
        slot, outcome = CacheSlot(self.stores.cache, _tenant_key(key, parts), lifetimes, tag), "hit"

        def miss() -> Any:
            nonlocal outcome
            outcome = "miss"
            return build()

        value = slot.get_or_build(miss, is_valid)
        self.metrics.count(CACHE, key.name, outcome)
        return value

    def delete(self, key: Key, **parts: object) -> None:
        """Delete a value, or all values of a tag.

        Raises RedisError, since a stale value would stay.
        """
        delete_key(self.stores.cache, _tenant_key(key, parts))

    def invalidate_on_commit(self, key: Key, **parts: object) -> None:
        """Delete a value, or a tag's values, with the running transaction's commit.

        Just before the commit the key is blocked: the value is neither returned nor stored until it is deleted. The
        block expires by itself, in case the process dies. The commit raises RedisError and fails without Redis.
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
    # The only place that fills in the tenant: no value can be stored without it, nor read by another tenant.
    return key(tenant=current_tenant(), **parts)


def _to_milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _jittered_ttl(ttl: timedelta | None) -> int | None:
    return None if ttl is None else _to_milliseconds(ttl.total_seconds() * random.uniform(1 - JITTER, 1 + JITTER))
