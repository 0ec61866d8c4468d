"""Entity tags, versions and preconditions."""

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson
from flask import Flask

from shop.core.errors import CoreExceptionCode, ShopError

_VARIANT = "RESPONSE_VARIANT"


class Precondition(NamedTuple):
    """Versions that a write accepts; None accepts all versions."""

    versions: frozenset[str] | None = None

    def check(self, version: str) -> None:
        """Raise ShopError STATE_CHANGED when the version is not accepted."""
        if self.versions is not None and version not in self.versions:
            raise ShopError(CoreExceptionCode.STATE_CHANGED)


def add_variant(app: Flask, parts: Iterable[str]) -> None:
    """Make the entity tags of an app depend on these settings.

    Needed for settings that change a response after its tag is computed.
    """
    app.config[_VARIANT] = (*get_variant(app), *parts, "")


def get_variant(app: Flask) -> tuple[str, ...]:
    """Return the settings of an app that its entity tags depend on."""
    variant: tuple[str, ...] = app.config.get(_VARIANT, ())
    return variant


def compute_version(info: Any) -> str:
    """Return the version of JSON-safe data. Equal data has equal versions."""
    return hashlib.sha256(orjson.dumps(info, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
