"""/errors and /errors/{code}: what a code means. The `type` of every problem leads here."""

from typing import Any

from flask import Flask, Response, abort
from werkzeug.http import HTTP_STATUS_CODES

from shop.core.envelope import respond
from shop.core.errors import ExceptionCode, known_code, known_codes
from shop.core.languages import say
from shop.core.problem import ERRORS_PATH


def serve_errors(app: Flask) -> None:
    """Serve the list of codes, and each of them."""

    @app.get(ERRORS_PATH)
    def errors() -> Response:
        return respond(200, [_card(code) for code in known_codes().values()])

    @app.get(f"{ERRORS_PATH}/<id:number>")
    def error(number: int) -> Response:
        if code := known_code(number):
            return respond(200, _card(code))
        # Failures of HTTP itself, such as 405, have no number of their own.
        if not (400 <= number <= 599 and number in HTTP_STATUS_CODES):
            abort(404)
        return respond(200, {"code": number, "status": number, "sentence": say(HTTP_STATUS_CODES[number])})


def _card(code: ExceptionCode) -> dict[str, Any]:
    return {
        "code": code.number,
        "error_code": code.name,
        "status": code.status,
        "sentence": say(code.sentence),
    }
