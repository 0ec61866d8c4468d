"""Entity tags and the conditions that name them."""

import hashlib
from typing import Any, NamedTuple

import orjson

from shop.core.errors import CoreExceptionCode, ShopError


class Precondition(NamedTuple):
    """Which versions a write may be about; None: whichever there is."""

    versions: frozenset[str] | None = None

    def check(self, version: str) -> None:
        """Raise ShopError STATE_CHANGED when that one is not among them."""
        if self.versions is not None and version not in self.versions:
            raise ShopError(CoreExceptionCode.STATE_CHANGED)


def compute_version(info: Any) -> str:
    """The version of JSON-safe information: equal when it says the same."""
    return hashlib.sha256(orjson.dumps(info, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
