"""The wire: JSON in and out, path ids, and fields that read numbers rightly."""

import re
from typing import Any
from uuid import UUID

import orjson
from flask import Request, Response, g, request
from flask.json.provider import JSONProvider
from marshmallow import Schema, fields
from uuid_utils.compat import uuid7
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import IntegerConverter

from shop.core.errors import CoreExceptionCode, ExceptionCode, ShopError
from shop.core.mistakes import Mistakes, find_mistakes

# Where a body lies that was read.
BODY = "shop.body"
_DIGITS = re.compile(r"-?[0-9]{1,18}")


class InvalidWords(Exception):  # noqa: N818 - it says what it is
    """The words of a request broke a Checker: what is wrong, and the code of the first wrong field."""

    def __init__(self, messages: dict[str, Any], schema: Schema) -> None:
        super().__init__(str(messages))
        self.mistakes = find_mistakes(messages, schema)
        self.code = _first_code(self.mistakes, schema)


class OrjsonProvider(JSONProvider):
    """Flask's JSON by orjson: fast, UTF-8, refuses NaN."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Text of a JSON-safe value."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Value of a JSON text; raises ValueError."""
        return orjson.loads(s)

    def response(self, *args: Any, **_: Any) -> Response:
        """A JSON response."""
        return JsonResponse(orjson.dumps(args[0]), mimetype="application/json")


class JsonResponse(Response):
    """A response whose headers are ready to be sent: ASCII, and with the length of its body."""

    def get_wsgi_headers(self, environ: Any) -> Headers:  # noqa: ARG002 - given shape
        """The headers as they are; werkzeug would take Location apart and put it together again."""
        return self.headers


class IdConverter(IntegerConverter):
    """A positive id that fits a BIGINT: `/items/<id:item_id>`; anything else is an unknown path."""

    regex = r"[0-9]{1,18}"


class WholeNumber(fields.Integer):
    """A JSON whole number: 3 and 3.0, but not "3", 2.5, true or 10^30. With `from_text`, digits of a query."""

    def __init__(self, *, from_text: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.from_text = from_text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:  # noqa: ARG002 - given shape
        if self.from_text and isinstance(value, str) and _DIGITS.fullmatch(value):
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            raise self.make_error("invalid", input=value)
        if abs(value) > 2**63 - 1:
            raise self.make_error("too_large", input=value)
        return int(value)


def coded(code: ExceptionCode) -> dict[str, Any]:
    """Field metadata: the code that a wrong word in this field earns."""
    return {"code": code}


def read_body(request: Request) -> bytes:
    """The whole body; raises ShopError when the sender broke off, and 413 when it is too large."""
    # For the log, too: what nobody read is not there to be told.
    request.environ[BODY] = body = request.get_data(cache=True)
    announced, most = request.content_length, request.max_content_length
    if announced is not None and len(body) < announced:
        # What came may well be valid, but it is not what was meant.
        raise ShopError(CoreExceptionCode.BODY_MALFORMED)
    if announced is None and most and len(body) >= most:
        # A body of unannounced length is cut here without a word.
        raise RequestEntityTooLarge
    return body


def read_json(request: Request, body: bytes) -> Any:
    """The value of a request's JSON body; raises ShopError for another media type or malformed JSON."""
    if not request.is_json:
        raise ShopError(CoreExceptionCode.MEDIA_TYPE)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ShopError(CoreExceptionCode.BODY_MALFORMED) from error


def bearer() -> str:
    """The token that the request brings; empty when it brings none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def request_uuid() -> UUID:
    """A UUIDv7 of this request: the same however often its transaction is replayed."""
    if "request_uuid" not in g:
        g.request_uuid = uuid7()
    return g.request_uuid  # type: ignore[no-any-return]  # flask.g holds anything


def _first_code(mistakes: Mistakes, schema: Schema) -> ExceptionCode:
    wrong = {mistake.way[0]: mistake.code for mistake in mistakes if mistake.way}
    names = (field.data_key or name for name, field in schema.fields.items())
    return next((wrong[name] for name in names if name in wrong), CoreExceptionCode.FIELD_INVALID)
