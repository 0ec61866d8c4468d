"""The envelope: every answer is {"status", "code", "message", "data"}."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from flask import Response, abort, current_app, request

from shop.core.errors import ExceptionCode
from shop.core.http.json import JsonResponse
from shop.core.http.negotiation import PROBLEM, prefers_problem
from shop.core.http.problem import problem
from shop.core.i18n.languages import current_language, translate
from shop.core.i18n.messages import http_status, translate_code
from shop.core.validation.errors import FieldErrors

# Whose the answer is belongs to it: a cache may not give one tenant's to another. A cookie may choose the language.
VARY = "Accept, Accept-Language, Authorization, Cookie, X-Tenant"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a Controller says when the data alone is not enough."""

    data: Any = None
    code: int | None = None
    message: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    # Of what it says, for those who change it later.
    version: str = ""


def success(data: Any = None, message: str | None = None, code: int | None = None) -> Answer:
    """An answer with a message or a business code of its own."""
    return Answer(data, code, message)


def created(data: Any, location: str, code: int = 201) -> Answer:
    """Something new stands at `location`."""
    return Answer(data, code, headers={"Location": location})


def accepted(data: Any, location: str) -> Answer:
    """Something will be done; `location` tells how far it is."""
    return Answer(data, 202, headers={"Location": location})


def no_content() -> Response:
    """204: it is done, and there is nothing to say, neither a body nor what kind it has."""
    answer = Response(status=204)
    del answer.headers["Content-Type"]
    return answer


def fail(message: str | None = None, code: int = 400, data: Any = None) -> NoReturn:
    """End the processing with this answer, whose transaction is rolled back; for what has no ExceptionCode."""
    status = http_status(code)
    if status < 400:
        raise ValueError(f"{code} is no failure.")
    abort(respond(code, data, message, auth_headers(status)))


def with_version(card: Mapping[str, Any]) -> Answer:
    """A thing that tells its version."""
    return Answer(card, version=card["version"])


def error_response(code: ExceptionCode) -> Response:
    """A failure that is answered and not raised, since what was done about it stays done."""
    return respond(code.number, {"error_code": code.name}, translate(code.sentence), auth_headers(code.status))


def auth_headers(status: int) -> dict[str, str]:
    """What a 401 has to say besides."""
    return {"WWW-Authenticate": "Bearer"} if status == 401 else {}


def envelope(code: int, data: Any = None, message: str | None = None) -> dict[str, Any]:
    """The four keys. `code` is an HTTP status, or a business code that starts with one."""
    status = http_status(code)
    return {
        "status": "success" if status < 400 else "error" if status < 500 else "fail",
        "code": code,
        "message": translate_code(code) if message is None else message,
        "data": {} if data is None else data.messages() if isinstance(data, FieldErrors) else data,
    }


def respond(
    code: int, data: Any = None, message: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The envelope as a response with the HTTP status that its code starts with.

    A failure is told as problem+json instead to whoever prefers that.
    """
    status, spoken = http_status(code), current_language()
    if message is None:
        message = translate_code(code, spoken)
    told = status >= 400 and prefers_problem(request.headers.get("Accept", ""))
    body = problem(code, data, message) if told else envelope(code, data, message)
    response: JsonResponse = current_app.json.response(body)  # type: ignore[assignment]  # the app's own class
    response.status_code = status
    if isinstance(data, FieldErrors):
        response.field_errors = data
    # Here and not when it is sent: an answer that is kept and told again keeps its language.
    response.headers.add("Content-Language", spoken)
    response.headers.add("Vary", VARY)
    if told:
        response.headers["Content-Type"] = PROBLEM
    if headers:
        response.headers.update(headers)
    return response
