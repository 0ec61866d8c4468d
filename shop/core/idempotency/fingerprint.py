"""Request fingerprint for the comparison of repeated requests."""

import hashlib
from collections.abc import Collection, Iterator
from io import BytesIO
from typing import NamedTuple
from urllib.parse import parse_qsl

import orjson
from flask import Request
from werkzeug.formparser import FormDataParser

from shop.core.http.body import read_body

# Names of the parts of a request, in the order of Fingerprint; they are translated in error messages.
PARTS = ("method", "path", "query", "media type", "body")


class Fingerprint(NamedTuple):
    """Method of a request and digests of its other parts.

    Equal requests have equal fingerprints.
    """

    method: str
    path: str
    query: str
    media: str
    body: str

    @property
    def text(self) -> str:
        """Stored form: the parts, separated by spaces."""
        return " ".join(self)

    def find_difference(self, text: str) -> str | None:
        """Return the name of the first part that differs, or None.

        `text` is the stored form of another fingerprint.
        """
        stored_parts = text.split(" ")
        if len(stored_parts) != len(self):
            return "body"
        pairs = zip(PARTS, self, stored_parts, strict=True)
        return next((name for name, part, stored_part in pairs if part != stored_part), None)


def compute_fingerprint(request: Request, excluded: Collection[str] = (), *, body: bool = True) -> Fingerprint:
    """Compute the fingerprint of a request.

    The `excluded` fields of a JSON object do not count; with `body=False` the whole body does not. Raises ShopError or
    RequestEntityTooLarge for a body that cannot be read.
    """
    content = read_body(request)
    return Fingerprint(
        request.method,
        _digest(request.path.encode()),
        _digest(request.query_string),
        _digest(request.mimetype.encode()) if body else "-",
        _digest(_canonical_body(request, content, excluded)) if body else "-",
    )


def _canonical_body(request: Request, body: bytes, excluded: Collection[str]) -> bytes:
    if request.is_json:
        return _canonical_json(body, excluded)
    if request.mimetype == "application/x-www-form-urlencoded":
        # Latin-1 maps each byte to one character, so two bodies with different bytes stay different.
        return orjson.dumps(parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1"))
    if request.mimetype == "multipart/form-data":
        # A body without any part is malformed; then its bytes are compared.
        return orjson.dumps(parts) if (parts := list(_form_parts(request, body))) else body
    return body


def _canonical_json(body: bytes, excluded: Collection[str]) -> bytes:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body  # malformed JSON, which the parser of the route rejects
    if isinstance(value, dict):
        value = {name: inner for name, inner in value.items() if name not in excluded}
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return body  # orjson parses deeper nesting than it writes


def _form_parts(request: Request, body: bytes) -> Iterator[tuple[str, ...]]:
    # The parts without the boundary, which clients choose anew for each request.
    _, form, files = FormDataParser().parse(BytesIO(body), request.mimetype, len(body), request.mimetype_params)
    yield from form.items(multi=True)
    for name, file in files.items(multi=True):
        yield name, file.filename or "", file.mimetype, _digest(file.read())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]
