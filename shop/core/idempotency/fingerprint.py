"""What makes two requests the same request."""

import hashlib
from collections.abc import Collection, Iterator
from io import BytesIO
from typing import NamedTuple
from urllib.parse import parse_qsl

import orjson
from flask import Request
from werkzeug.formparser import FormDataParser

from shop.core.http.body import read_body

# What two requests may differ in; a word of ours, which is translated.
PARTS = ("method", "path", "query", "media type", "body")


class Fingerprint(NamedTuple):
    """A request in digests, but for its method: equal requests have equal ones."""

    method: str
    path: str
    query: str
    media: str
    body: str

    @property
    def text(self) -> str:
        """One word for each part."""
        return " ".join(self)

    def find_difference(self, text: str) -> str | None:
        """The first part in which another one's text differs, by its name; None when they are the same."""
        other = text.split(" ")
        if len(other) != len(self):
            return "body"
        return next((name for name, mine, its in zip(PARTS, self, other, strict=True) if mine != its), None)


def compute_fingerprint(request: Request, excluded: Collection[str] = (), *, body: bool = True) -> Fingerprint:
    """The fingerprint of a request; JSON fields that are `excluded` may differ, and all of it without `body`.

    Raises ShopError and RequestEntityTooLarge for a body that cannot be read.
    """
    said = read_body(request)
    return Fingerprint(
        request.method,
        _digest(request.path.encode()),
        _digest(request.query_string),
        _digest(request.mimetype.encode()) if body else "-",
        _digest(_canonical_body(request, said, excluded)) if body else "-",
    )


def _canonical_body(request: Request, body: bytes, excluded: Collection[str]) -> bytes:
    if request.is_json:
        return _canonical_json(body, excluded)
    if request.mimetype == "application/x-www-form-urlencoded":
        # Byte for byte: a text of another encoding has to differ where its bytes do.
        return orjson.dumps(parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1"))
    if request.mimetype == "multipart/form-data":
        # Without a single part it is malformed, and as different as its bytes are.
        return orjson.dumps(parts) if (parts := list(_form_parts(request, body))) else body
    return body


def _canonical_json(body: bytes, excluded: Collection[str]) -> bytes:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body  # it will be refused for what it is
    if isinstance(value, dict):
        value = {name: inner for name, inner in value.items() if name not in excluded}
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return body  # it reads deeper than it writes


def _form_parts(request: Request, body: bytes) -> Iterator[tuple[str, ...]]:
    # Part by part: the boundary between them is another one each time.
    _, form, files = FormDataParser().parse(BytesIO(body), request.mimetype, len(body), request.mimetype_params)
    yield from form.items(multi=True)
    for name, file in files.items(multi=True):
        yield name, file.filename or "", file.mimetype, _digest(file.read())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]
