"""Request fingerprint for the comparison of repeated requests."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from urllib.parse import parse_qsl

import orjson
from flask import Request
from werkzeug.formparser import FormDataParser

from shop.core.http.body import read_body
from shop.core.idempotency.spellings import canonical_query, dump_sorted, iterate_spellings, read_exact_json

# Names of the parts of a request, in the order of Fingerprint; they are translated in error messages.
PARTS = ("method", "path", "query", "media type", "body")
# A number that orjson may round: without these digits all integers have at most 64 bits.
_LARGE_NUMBER = re.compile(rb"[0-9]{19}")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Method of a request and digests of its other parts.

    `list_other_digests` returns, by the name of a part, the digests of its other spellings.
    """

    method: str
    path: str
    query: str
    media: str
    body: str
    list_other_digests: Callable[[str], Collection[str]] = field(default=lambda _: (), compare=False, repr=False)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts in the order of PARTS."""
        return self.method, self.path, self.query, self.media, self.body

    @property
    def text(self) -> str:
        """Stored form: the parts, separated by spaces."""
        return " ".join(self.parts)

    def find_difference(self, text: str) -> str | None:
        """Return the name of the first part that differs, or None.

        `text` is the stored form of another fingerprint. Other spellings of the same value are no difference.
        """
        stored_parts = text.split(" ")
        if len(stored_parts) != len(PARTS):
            return "body"
        pairs = zip(PARTS, self.parts, stored_parts, strict=True)
        different = ((name, stored_part) for name, part, stored_part in pairs if part != stored_part)
        return next((name for name, part in different if part not in self.list_other_digests(name)), None)


def compute_fingerprint(request: Request, excluded: Collection[str] = (), *, body: bool = True) -> Fingerprint:
    """Compute the fingerprint of a request.

    The `excluded` fields of a JSON object do not count; with `body=False` the whole body does not. Raises ShopError or
    RequestEntityTooLarge for a body that cannot be read.
    """
    content = read_body(request)
    return Fingerprint(
        request.method,
        _digest(request.path.encode()),
        _digest(canonical_query(request.query_string)) if request.query_string else _EMPTY_DIGEST,
        _digest(request.mimetype.encode()) if body else "-",
        _digest(_canonical_body(request, content, excluded)) if body else "-",
        partial(_list_other_digests, request.query_string, content if body and request.is_json else b"", excluded),
    )


def _list_other_digests(query: bytes, body: bytes, excluded: Collection[str], part: str) -> Collection[str]:
    if part == "query":
        return (_digest(query),)
    return _list_body_digests(body, excluded) if part == "body" and body else ()


def _list_body_digests(body: bytes, excluded: Collection[str]) -> Collection[str]:
    try:
        return {_digest(spelling) for spelling in iterate_spellings(read_exact_json(body, excluded))}
    except (ValueError, RecursionError, orjson.JSONEncodeError):
        return ()  # malformed or deep JSON, which the parser of the route rejects


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
        return dump_sorted(read_exact_json(body, excluded) if _LARGE_NUMBER.search(body) else value)
    except (orjson.JSONEncodeError, RecursionError):
        return body  # orjson parses deeper nesting than it writes


def _form_parts(request: Request, body: bytes) -> Iterator[tuple[str, ...]]:
    # The parts without the boundary, which clients choose anew for each request.
    _, form, files = FormDataParser().parse(BytesIO(body), request.mimetype, len(body), request.mimetype_params)
    yield from form.items(multi=True)
    for name, file in files.items(multi=True):
        yield name, file.filename or "", file.mimetype, _digest(file.read())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]


_EMPTY_DIGEST = _digest(b"")
