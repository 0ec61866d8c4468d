"""JSON provider and response class of the app."""

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider
from werkzeug.datastructures import Headers

from shop.core.validation.errors import FieldErrors


class OrjsonProvider(JSONProvider):
    """JSON provider for Flask based on orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Return the JSON text of a value."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Parse a JSON text. Raises ValueError."""
        return orjson.loads(s)

    def response(self, *args: Any, **_: Any) -> Response:
        """Return a JSON response."""
        return JsonResponse(orjson.dumps(args[0]), mimetype="application/json")


class JsonResponse(Response):
    """JSON response with headers that need no further processing."""

    # Kept for hooks that rename fields in the body.
    field_errors: FieldErrors | None = None

    def get_wsgi_headers(self, environ: Any) -> Headers:  # noqa: ARG002 - signature of werkzeug
        """Return the headers unchanged."""
        # They are ASCII and have the length. werkzeug would parse and rebuild Location.
        return self.headers
