"""Reading of request bodies, as bytes and as strict JSON."""

import json
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import orjson
from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.negotiation import JSON

# Media types of a PATCH. RFC 7396: null removes a member, and absent members stay, as with a plain JSON body.
MERGE_PATCH = "application/merge-patch+json"
PATCH_TYPES = (JSON, MERGE_PATCH)
# Key in the WSGI environment for the body, once it is read.
BODY_KEY = "shop.body"
DEPTH_MAX = 32
# Digits of a number. Longer numbers would only lose precision as a double.
NUMBER_MAX = 100
# Characters of a name that is repeated in an error.
_ECHO_MAX = 100
_LONG_NUMBER = re.compile(rb"[0-9]{64}")


class BufferedBody(BytesIO):
    """Body in memory, read within the size limit of the app."""


def read_body(request: Request) -> bytes:
    """Return the whole body.

    Raises ShopError when the body is incomplete, and RequestEntityTooLarge.

    An interrupted chunked body looks like a complete one: the server does not report the difference. The JSON parser
    refuses it unless the JSON is complete.
    """
    environ = request.environ
    stream = environ["wsgi.input"]
    if type(stream) is BufferedBody and _is_whole(body := stream.getvalue(), environ):
        environ[BODY_KEY] = body
        return body
    # For the access log, which must not read the input stream itself.
    environ[BODY_KEY] = body = request.get_data(cache=True)
    announced, most = request.content_length, request.max_content_length
    if environ.get("HTTP_TRANSFER_ENCODING", "chunked").lower() != "chunked":
        raise ShopError(CoreExceptionCode.BODY_CODED)
    if announced is not None and len(body) < announced:
        # The part that arrived may be valid JSON, but it is incomplete.
        raise ShopError(CoreExceptionCode.BODY_MALFORMED)
    if announced is None and most and len(body) >= most:
        # werkzeug cuts a body of unannounced length here without an error.
        raise RequestEntityTooLarge
    return body


def _is_whole(body: bytes, environ: Mapping[str, Any]) -> bool:
    return environ.get("CONTENT_LENGTH") == str(len(body)) and "HTTP_TRANSFER_ENCODING" not in environ


def read_json(request: Request, body: bytes) -> Any:
    """Parse the JSON body of a request.

    Raises ShopError MEDIA_TYPE, BODY_CODED and the errors of `parse_json`.
    """
    if not _has_json_type(request):
        raise ShopError(CoreExceptionCode.MEDIA_TYPE)
    if request.environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise ShopError(CoreExceptionCode.BODY_CODED)
    return parse_json(body)


def _has_json_type(request: Request) -> bool:
    if request.environ.get("CONTENT_TYPE") == JSON:
        return True
    # Other patch formats, such as json-patch, are JSON with another meaning.
    if request.method == "PATCH":
        return request.mimetype in PATCH_TYPES
    return request.is_json and request.mimetype != MERGE_PATCH


def parse_json(body: bytes) -> Any:
    """Parse a JSON text. Raises ShopError BODY_MALFORMED, BODY_DEEP and BODY_TWICE."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ShopError(CoreExceptionCode.BODY_MALFORMED) from error
    # Each member has one colon: with as many colons as parsed members, no member is repeated.
    if _count_members(value, DEPTH_MAX) != body.count(b":") or _LONG_NUMBER.search(body):
        json.loads(body, object_pairs_hook=_refuse_duplicates, parse_int=_refuse_long, parse_float=_refuse_long)
    return value


def _count_members(value: Any, depth: int) -> int:
    """Count the members of all objects in a value.

    Raises ShopError BODY_DEEP below that depth.
    """
    if not isinstance(value, dict | list):
        return 0
    if not depth:
        raise ShopError(CoreExceptionCode.BODY_DEEP, most=DEPTH_MAX)
    own, inner = (len(value), value.values()) if isinstance(value, dict) else (0, value)
    return own + sum(_count_members(item, depth - 1) for item in inner)


def _refuse_long(number: str) -> None:
    if len(number) > NUMBER_MAX:
        raise ShopError(CoreExceptionCode.BODY_MALFORMED)


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> None:
    names = set()
    for name, _ in pairs:
        if name in names:
            raise ShopError(CoreExceptionCode.BODY_TWICE, name=name[:_ECHO_MAX])
        names.add(name)
