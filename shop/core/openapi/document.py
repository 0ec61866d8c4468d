"""OpenAPI document of an app, compressed and with an entity tag."""

import gzip
import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any

import orjson
from flask import Request, Response

from shop.core.http.negotiation import JSON
from shop.core.openapi.components import (
    complete_formats,
    describe_optional_parameters,
    describe_path_parameters,
    rename_request_bodies,
    share_components,
)

Document = dict[str, Any]
# Stands for the origin of the request until a document is sent.
_ORIGIN = "http://origin.invalid"
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_LOCAL = "127.0.0.1"
_VARY = "Accept-Encoding, Host, X-Forwarded-Proto"
# Documents for different addresses that are kept in memory.
_ORIGINS_MAX = 8


class OpenApiDocument:
    """The OpenAPI document of an app, built at its first request."""

    def __init__(self, build: Callable[[], Document], info: Document, tag_order: Sequence[str]) -> None:
        self._build = build
        self._info = info
        self._tag_order = tag_order
        self._encode = lru_cache(_ORIGINS_MAX)(self._encode_for)

    def respond(self, request: Request) -> Response:
        """Return the document for the address of the request, or 304."""
        compressed = request.accept_encodings.quality("gzip") > 0
        body, tag = self._encode(_origin_of(request), compressed)
        response = Response(body, mimetype=JSON, headers={"Cache-Control": "no-cache", "Vary": _VARY})
        if compressed:
            response.headers["Content-Encoding"] = "gzip"
        # A strong tag: each encoding has another one.
        response.set_etag(tag)
        response.make_conditional(request)
        return response

    @cached_property
    def _text(self) -> bytes:
        document = self._build()
        document["tags"].sort(key=self._rank)
        document["info"] |= self._info
        document["servers"] = [{"url": _ORIGIN, "description": "The address that this document was fetched from."}]
        describe_path_parameters(document)
        describe_optional_parameters(document)
        complete_formats(document)
        rename_request_bodies(document)
        share_components(document)
        return orjson.dumps(document)

    def _rank(self, tag: Document) -> int:
        names = [*self._tag_order, tag["name"]]
        return names.index(tag["name"])

    def _encode_for(self, origin: str, compressed: bool) -> tuple[bytes, str]:  # noqa: FBT001 - a key of the cache
        body = self._text.replace(_ORIGIN.encode(), origin.encode())
        digest = hashlib.sha256(body).hexdigest()[:20]
        return (gzip.compress(body, mtime=0), f"{digest}.gzip") if compressed else (body, digest)


def _origin_of(request: Request) -> str:
    """Return scheme and host of the request."""
    forwarded = request.headers.get("X-Forwarded-Proto", "")
    scheme = forwarded if forwarded in ("http", "https") else request.scheme
    host = request.host if _HOST.fullmatch(request.host) else _LOCAL
    # Clients that resolve the name to IPv6 first would not reach the default address of the service.
    return f"{scheme}://{re.sub('^localhost(?=:|$)', _LOCAL, host)}"
