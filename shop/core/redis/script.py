"""Loader of Lua scripts, which a Redis server runs atomically."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import NoScriptError

# Beginning of every script.
_TOLERANT = Path(__file__).parent / "lua" / "tolerant.lua"


class Script:
    """Lua script of a file, after the text of other files.

    A key of another type is treated as missing.

    The text is sent only to a server that does not have the script yet.
    """

    def __init__(self, path: Path, *before: Path) -> None:
        self._text = "".join(part.read_text() for part in (_TOLERANT, *before, path))
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    def __call__(self, client: "Redis", keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """Run the script in one round trip.

        Raises RedisError.
        """
        try:
            return client.execute_command("EVALSHA", self._sha, len(keys), *keys, *arguments)  # type: ignore[no-untyped-call]  # untyped in redis-py
        except NoScriptError:
            return client.execute_command("EVAL", self._text, len(keys), *keys, *arguments)  # type: ignore[no-untyped-call]  # the same
