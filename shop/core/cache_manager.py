"""The base of CacheManagers: declared keys with a life, and what can be done with them."""

import hashlib
import random
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import orjson
from redis import Redis
from redis.exceptions import NoScriptError

from shop.core.metrics import Counter, Metrics
from shop.core.redis import RedisError, RedisStores
from shop.core.tenant import current_tenant

CACHE = Counter("shop_cache", "Looks into the cache, by key and by whether something was kept.", ("key", "outcome"))
# A tenth off or on, so that keys written together do not expire together.
JITTER = 0.1
# What a script begins with that counts requests for limits.
COUNTING = Path(__file__).parent / "lua" / "count.lua"
_PART = re.compile(r"[A-Za-z0-9_.@+-]+")
_declared: dict[str, str] = {}


class Key:
    """A key template with a life: `card = Key("{tenant}:item:{item}:card", ttl=timedelta(minutes=10))`.

    Two templates that could ever produce the same key stop the import.
    """

    def __init__(self, template: str, *, ttl: timedelta | None = None) -> None:
        self.template = self.name = template
        self.ttl = ttl
        self.parts = frozenset(name for _, name, _, _ in Formatter().parse(template) if name)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = title = f"{owner.__name__}.{name}"
        for template, other in _declared.items():
            if other != title and _may_meet(template, self.template):
                raise ValueError(f"{title} and {other} can produce the same key.")
        _declared[self.template] = title

    def __call__(self, **parts: object) -> str:
        """The key; raises ValueError when a part is missing, extra, or could be taken for two parts."""
        if parts.keys() != self.parts:
            raise ValueError(f"{self.template} takes {sorted(self.parts)}, not {sorted(parts)}.")
        for name, value in parts.items():
            if not _PART.fullmatch(str(value)):
                raise ValueError(f"{name}={value!r} cannot be part of a key.")
        return self.template.format(**parts)


class Script:
    """A Lua script in a file, perhaps with others before it; sent whole only to a server that does not know it yet."""

    def __init__(self, path: Path, *before: Path) -> None:
        self._text = "".join(part.read_text() for part in (*before, path))
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    def __call__(self, client: "Redis", keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """Run it: one round trip. Raises RedisError."""
        try:
            return client.evalsha(self._sha, len(keys), *keys, *arguments)
        except NoScriptError:
            return client.eval(self._text, len(keys), *keys, *arguments)


@dataclass(frozen=True)
class CacheManager:
    """Get, put, remember and forget JSON-safe information, of the tenant that is worked for."""

    stores: RedisStores
    metrics: Metrics

    def get(self, key: Key, **parts: object) -> Any | None:
        """What was put, or None; raises RedisError."""
        text = self.stores.cache.get(_own(key, parts))
        self.metrics.count(CACHE, key.name, "miss" if text is None else "hit")
        return None if text is None else orjson.loads(text)

    def put(self, key: Key, value: Any, seconds: float | None = None, /, **parts: object) -> None:
        """Keep a JSON-safe value for so long, else for the key's life; raises RedisError."""
        life = _milliseconds(seconds) if seconds else _life(key)
        self.stores.cache.set(_own(key, parts), orjson.dumps(value), px=life)

    def add(self, key: Key, value: Any, seconds: float, /, **parts: object) -> None:
        """Keep a JSON-safe value for so long unless something is kept already; raises RedisError."""
        self.stores.cache.set(_own(key, parts), orjson.dumps(value), px=_milliseconds(seconds), nx=True)

    def remember(self, key: Key, build: Callable[[], Any], **parts: object) -> Any:
        """What was put, else what `build` makes of it, kept (None is not). Without Redis: what `build` makes."""
        try:
            value = self.get(key, **parts)
        except RedisError:
            return build()
        if value is None and (value := build()) is not None:
            with suppress(RedisError):
                self.put(key, value, **parts)
        return value

    def forget(self, key: Key, **parts: object) -> None:
        """Drop what was put; raises RedisError, since stale information would stay."""
        self.stores.cache.delete(_own(key, parts))


def _own(key: Key, parts: Mapping[str, object]) -> str:
    # Said here and by nobody else: information that names no tenant cannot be kept, nor found by another.
    return key(tenant=current_tenant(), **parts)


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _life(key: Key) -> int | None:
    if key.ttl is None:
        return None
    return int(key.ttl.total_seconds() * 1000 * random.uniform(1 - JITTER, 1 + JITTER))


def _may_meet(one: str, other: str) -> bool:
    ones, others = one.split(":"), other.split(":")
    return len(ones) == len(others) and all(map(_segments_may_meet, ones, others))


def _segments_may_meet(one: str, other: str) -> bool:
    # Whatever stands between two ends, the parts may fill.
    return all(a.startswith(b) or b.startswith(a) for a, b in zip(_ends(one), _ends(other), strict=True))


def _ends(segment: str) -> tuple[str, str]:
    """The text before its first part, and the one after its last part backwards; marked when it has no part."""
    texts = [""]
    for text, part, _, _ in Formatter().parse(segment):
        texts[-1] += text
        if part is not None:
            texts.append("")
    mark = "" if len(texts) > 1 else "\0"
    return texts[0] + mark, texts[-1][::-1] + mark
