"""A body that admission read is taken as it is only when it is whole."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from shop.core.errors import ShopError
from shop.core.http.body import BODY_KEY, BufferedBody, read_body

MOST = 8
BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "whole": (b"1234", {"CONTENT_LENGTH": "4"}),
    "at the limit": (b"12345678", {"CONTENT_LENGTH": "8"}),
    "announced above the limit": (b"123456789", {"CONTENT_LENGTH": "10"}),
    "another spelling of the length": (b"1234", {"CONTENT_LENGTH": "04"}),
    "interrupted": (b"12", {"CONTENT_LENGTH": "4"}),
    "longer than announced": (b"123456", {"CONTENT_LENGTH": "4"}),
    "empty": (b"", {"CONTENT_LENGTH": "0"}),
    "absent": (b"", {}),
    "chunked": (b"1234", {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": "1"}),
    "chunked above the limit": (b"12345678", {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": "1"}),
    "coded": (b"1234", {"CONTENT_LENGTH": "4", "HTTP_TRANSFER_ENCODING": "gzip"}),
}


def read(stream: BytesIO, headers: dict[str, str]) -> tuple[Any, Any]:
    """Return the body, or the reason of its refusal, and what the access log finds."""
    app = Flask("example")
    app.config["MAX_CONTENT_LENGTH"] = MOST
    with app.test_request_context(method="POST") as context:
        context.request.environ.update({"wsgi.input": stream, **headers})
        try:
            read_result: Any = read_body(context.request), read_body(context.request)
        except (ShopError, HTTPException) as error:
            read_result = getattr(error, "code", None)
        return read_result, context.request.environ.get(BODY_KEY)


@pytest.mark.parametrize(("body", "headers"), BODIES.values(), ids=BODIES)
def test_a_buffered_body_is_read_as_a_stream_is(body: bytes, headers: dict[str, str]) -> None:
    assert read(BufferedBody(body), headers) == read(BytesIO(body), headers)
