"""JSON provider and response class of the app."""

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider
from werkzeug.datastructures import Headers

from shop.core.validation.errors import FieldErrors


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

    # Kept for hooks that rename fields in the body.
    field_errors: FieldErrors | None = None

    def get_wsgi_headers(self, environ: Any) -> Headers:  # noqa: ARG002 - given shape
        """The headers as they are; werkzeug would take Location apart and put it together again."""
        return self.headers
