"""Lua scripts: what a server does in one moment."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import NoScriptError


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
