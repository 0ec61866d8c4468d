"""JSON provider and response class of the app."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

import orjson
from flask import Response
from flask.json.provider import JSONProvider
from werkzeug.datastructures import Headers

from shop.core.http.negotiation import JSON
from shop.core.validation.errors import FieldErrors

_WITHOUT_BODY = (204, 304)


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
        return JsonResponse.create(args[0])


class JsonResponse(Response):
    """JSON response with its final headers, sent in one piece."""

    # Kept for hooks that rename fields in the body.
    field_errors: FieldErrors | None = None
    _has_callbacks = False

    @classmethod
    def create(
        cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = JSON
    ) -> Self:
        """Create the response for a value.

        Raises ValueError for a line break in a header.
        """
        body, checked = orjson.dumps(value), Headers()
        described = {"Content-Type": media_type, "Content-Length": str(len(body)), **(headers or {})}
        # The constructor of Headers takes twice as long.
        for name, text in described.items():
            checked.add(name, text)
        return cls([body], status, checked)

    def get_wsgi_headers(self, environ: Any) -> Headers:  # noqa: ARG002 - signature of werkzeug
        """Return the headers unchanged."""
        # They are ASCII and have the length. werkzeug would parse and rebuild Location.
        return self.headers

    def get_app_iter(self, environ: Any) -> Iterable[bytes]:
        """Return the body as a list.

        The server sends a list in one piece, and an iterator in pieces.
        """
        if self._has_callbacks or not isinstance(self.response, list):
            return super().get_app_iter(environ)
        if environ["REQUEST_METHOD"] == "HEAD" or self.status_code in _WITHOUT_BODY:
            return []
        return self.response

    def call_on_close(self, func: Callable[[], Any]) -> Callable[[], Any]:
        """Call a function after the response is sent."""
        # Only an iterator is closed by the server.
        self._has_callbacks = True
        return super().call_on_close(func)
