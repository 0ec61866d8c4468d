"""The base of CacheManagers: declared keys with a life, and what can be done with them."""

import random
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from string import Formatter
from typing import Any

import orjson

from shop.core.metrics import Counter, Metrics
from shop.core.redis import RedisStores
from shop.core.remembering import Life, Place, close, forget, is_value
from shop.core.tenant import current_tenant
from shop.core.transaction import after_commit, before_commit

CACHE = Counter("shop_cache", "Looks into the cache, by key and by whether something was kept.", ("key", "outcome"))
# A tenth off or on, so that keys written together do not expire together.
JITTER = 0.1
# Of a group's stamp, which says nothing: it may end whenever nobody asks any longer.
GROUP_LIFE_MS = 24 * 3600 * 1000
_PART = re.compile(r"[A-Za-z0-9_.@+-]+")
_declared: dict[str, str] = {}


class Key:
    """A key template with a life: `card = Key("{tenant}:item:{item}:card", ttl=timedelta(minutes=10))`.

    `nothing`: how long it is remembered that there is none. `group`: the key whose change is a change of this one, too;
    its parts are among ours. Two templates that could ever produce the same key stop the import.
    """

    def __init__(
        self,
        template: str,
        *,
        ttl: timedelta | None = None,
        nothing: timedelta | None = None,
        group: "Key | None" = None,
    ) -> None:
        self.template = self.name = template
        self.ttl, self.nothing, self.group = ttl, nothing, group
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
