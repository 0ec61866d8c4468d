"""Cache-Control of the API's responses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Request, Response

from shop.core.middleware.default_headers import Header
from shop.core.openapi.cache_control import NO_STORE, PERSONAL, get_cache_control

# Pragma is for caches of HTTP/1.0, as RFC 6749 requires.
_NO_STORE = (("Pragma", "no-cache"), ("Cache-Control", NO_STORE))
_PERSONAL = (("Cache-Control", PERSONAL),)


@dataclass(frozen=True)
class CacheControl:
    """Source of the header for all responses below the prefix, failures included."""

    app: Flask
    prefix: str
    _declared: dict[tuple[str, str], tuple[Header, ...]] = field(default_factory=dict)

    def __call__(self, request: Request, response: Response, _: Mapping[str, str]) -> Iterable[Header]:
        """Return the header that the method of the request declares."""
        if not f"{request.path}/".startswith(f"{self.prefix}/"):
            return ()
        declared = self._find_declared(request)
        return _PERSONAL if response.status_code >= 400 and declared is not _NO_STORE else declared

    def _find_declared(self, request: Request) -> tuple[Header, ...]:
        if request.endpoint is None:
            return _PERSONAL
        key = request.endpoint, request.method
        if key not in self._declared:
            value = get_cache_control(self._find_method(*key))
            self._declared[key] = _NO_STORE if value == NO_STORE else (("Cache-Control", value),)
        return self._declared[key]

    def _find_method(self, endpoint: str, verb: str) -> Any:
        controller = getattr(self.app.view_functions.get(endpoint), "__self__", None)
        return getattr(type(controller), "get" if verb == "HEAD" else verb.lower(), None)
