"""The body of a request: read whole, and as JSON that every reader would read alike."""

import json
import re
from typing import Any

import orjson
from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from shop.core.errors import CoreExceptionCode, ShopError

# Where a body lies that was read.
BODY_KEY = "shop.body"
DEPTH_MAX = 32
# Letters of a number: nobody means more than the double that is made of it.
NUMBER_MAX = 100
# Of a name that is told back.
_ECHO_MAX = 100
_LONG_NUMBER = re.compile(rb"[0-9]{64}")


def read_body(request: Request) -> bytes:
    """The whole body; raises ShopError when the sender broke off, and 413 when it is too large.

    A body in chunks that breaks off looks like one that ends there: the server does not tell. What is no whole JSON is
    refused then; what is, was all said.
    """
    # For the log, too: what nobody read is not there to be told.
    request.environ[BODY_KEY] = body = request.get_data(cache=True)
    announced, most = request.content_length, request.max_content_length
    if request.environ.get("HTTP_TRANSFER_ENCODING", "chunked").lower() != "chunked":
        raise ShopError(CoreExceptionCode.BODY_CODED)
    if announced is not None and len(body) < announced:
        # What came may well be valid, but it is not what was meant.
        raise ShopError(CoreExceptionCode.BODY_MALFORMED)
    if announced is None and most and len(body) >= most:
        # A body of unannounced length is cut here without a word.
        raise RequestEntityTooLarge
    return body


def read_json(request: Request, body: bytes) -> Any:
    """The value of a request's JSON body; raises ShopError for another media type and for what is no such JSON."""
    if not request.is_json:
        raise ShopError(CoreExceptionCode.MEDIA_TYPE)
    if request.environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise ShopError(CoreExceptionCode.BODY_CODED)
    return parse_json(body)


def parse_json(body: bytes) -> Any:
    """The value of a JSON text; raises ShopError BODY_MALFORMED, BODY_DEEP and BODY_TWICE."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ShopError(CoreExceptionCode.BODY_MALFORMED) from error
    # Each member has one colon. Where there are no more colons than members were kept, none was said twice.
    if _count_members(value, DEPTH_MAX) != body.count(b":") or _LONG_NUMBER.search(body):
        json.loads(body, object_pairs_hook=_refuse_duplicates, parse_int=_refuse_long, parse_float=_refuse_long)
    return value


def _count_members(value: Any, depth: int) -> int:
    """How many members its objects have, all together; raises ShopError BODY_DEEP below that depth."""
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
