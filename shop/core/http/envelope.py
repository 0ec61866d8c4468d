"""Response envelope: {"status", "code", "message", "data"}."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from flask import Response, abort, request

from shop.core.errors import CoreExceptionCode, ExceptionCode
from shop.core.http.json import JsonResponse
from shop.core.http.negotiation import JSON, PROBLEM, prefers_problem
from shop.core.http.problem import ERRORS_PATH, problem
from shop.core.i18n.languages import current_language, translate
from shop.core.i18n.messages import http_status, translate_code
from shop.core.validation.errors import FieldErrors

# The response depends on the tenant and the user: a shared cache must not mix them. A cookie can choose the language.
VARY = "Accept, Accept-Language, Authorization, Cookie, X-Tenant"
BEARER, INVALID_TOKEN = "Bearer", 'Bearer error="invalid_token"'
INSUFFICIENT_SCOPE = 'Bearer error="insufficient_scope"'


@dataclass(frozen=True, slots=True)
class Answer:
    """Result of a Controller with an own status, message or headers."""

    data: Any = None
    code: int | None = None
    message: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    # Version of the data, for the precondition of a later write.
    version: str = ""


def success(data: Any = None, message: str | None = None, code: int | None = None) -> Answer:
    """Return a result with an own message or business code."""
    return Answer(data, code, message)


def created(data: Any, location: str, code: int = 201) -> Answer:
    """Return a 201 result for a new resource at `location`."""
    return Answer(data, code, headers={"Location": location})


def accepted(data: Any, location: str) -> Answer:
    """Return a 202 result. `location` is the resource that shows the progress."""
    return Answer(data, 202, headers={"Location": location})


def with_preference(answer: Answer, preference: str) -> Answer:
    """Add `Preference-Applied` (RFC 7240) to a result, unless the preference is empty."""
    if not preference:
        return answer
    return replace(answer, headers={**answer.headers, "Preference-Applied": preference})


def no_content() -> Response:
    """Return a 204 response, without a body and without a content type."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def fail(message: str | None = None, code: int = 400, data: Any = None) -> NoReturn:
    """Abort the request with a failure that has no ExceptionCode.

    The transaction is rolled back. Raises ValueError when the code is no failure.
    """
    status = http_status(code)
    if status < 400:
        raise ValueError(f"{code} is no failure.")
    abort(respond(code, data, message, auth_headers(code)))


def with_version(card: Mapping[str, Any]) -> Answer:
    """Return a result with the version of its data."""
    return Answer(card, version=card["version"])


def error_response(code: ExceptionCode) -> Response:
    """Return a failure response, without raising: the transaction is committed."""
    data = {"error_code": code.name, "retry": code.retry}
    return respond(code.number, data, translate(code.sentence), auth_headers(code.number))


def auth_headers(code: int) -> dict[str, str]:
    """Return the extra headers of a 401 or 403 response.

    RFC 6750 (3.1) names the error of the token; a request without a token has none.
    """
    if http_status(code) == 403:
        return {"WWW-Authenticate": INSUFFICIENT_SCOPE}
    if http_status(code) == 401:
        return {"WWW-Authenticate": INVALID_TOKEN if code == CoreExceptionCode.TOKEN_INVALID.number else BEARER}
    return {}


def envelope(code: int, data: Any = None, message: str | None = None) -> dict[str, Any]:
    """Return the four keys of the envelope.

    `code` is an HTTP status, or a business code that starts with one.
    """
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
    """Return a response in the envelope.

    Its HTTP status is the one that the code starts with. A failure is problem+json when the client prefers that.
    """
    status, language = http_status(code), current_language()
    if message is None:
        message = translate_code(code, language)
    is_problem = status >= 400 and prefers_problem(request.headers.get("Accept", ""))
    body = problem(code, data, message) if is_problem else envelope(code, data, message)
    # Set here and not at the end: a stored response keeps its language when it is replayed.
    own = {"Content-Language": language, "Vary": VARY}
    if status >= 400:
        own["Link"] = f'<{ERRORS_PATH}/{code}>; rel="describedby"'
    response = JsonResponse.create(body, status, {**own, **(headers or {})}, PROBLEM if is_problem else JSON)
    if isinstance(data, FieldErrors):
        response.field_errors = data
    return response
