"""Entity tags, versions and preconditions."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import orjson
from flask import Flask, Request

from shop.core.errors import CoreExceptionCode, ShopError

_VARIANT = "RESPONSE_VARIANT"
_SAFE_METHODS = ("GET", "HEAD")


WEAK_TAG = (
    "A weak tag (W/) never matches: a proxy that compresses responses weakens tags. Read it again without compression."
)


class Precondition(NamedTuple):
    """Versions that a write accepts; None accepts all versions.

    `has_weak_tag`: a tag was weak, so it is none of the versions.
    """

    versions: frozenset[str] | None = None
    has_weak_tag: bool = False

    def check(self, version: str) -> None:
        """Raise ShopError STATE_CHANGED when the version is not accepted."""
        if self.versions is not None and version not in self.versions:
            error = ShopError(CoreExceptionCode.STATE_CHANGED)
            if self.has_weak_tag:
                error.sentence = WEAK_TAG
            raise error


def mark_conditional(view: Callable[..., Any]) -> None:
    """Mark a view that evaluates If-Match."""
    view.__evaluates_if_match__ = True  # type: ignore[attr-defined]  # a marker, copied by functools.wraps


def require_unconditional(request: Request, view: Callable[..., Any]) -> None:
    """Raise ShopError CONDITION_UNSUPPORTED for a precondition that the view would ignore.

    RFC 9110 permits to ignore If-Modified-Since and If-Unmodified-Since, since no response has Last-Modified, and Range
    and If-Range. A tag in If-None-Match of a read that has no tags cannot match.
    """
    environ = request.environ
    if "HTTP_IF_MATCH" in environ and not hasattr(view, "__evaluates_if_match__"):
        raise ShopError(CoreExceptionCode.CONDITION_UNSUPPORTED, header="If-Match")
    if "HTTP_IF_NONE_MATCH" in environ and request.method not in _SAFE_METHODS:
        raise ShopError(CoreExceptionCode.CONDITION_UNSUPPORTED, header="If-None-Match")


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
