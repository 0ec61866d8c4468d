"""Error handlers: failures as responses in the envelope."""

import logging
import traceback
from typing import Any

from flask import Flask, Response, current_app, g, request
from marshmallow.fields import Field
from werkzeug.exceptions import HTTPException, InternalServerError

from shop.core.api.pages import is_browser, missing_page
from shop.core.database.errors import UNAVAILABLE_ERRORS, DBAPIError
from shop.core.errors import CoreExceptionCode, ExceptionCode, ImpossibleRow, ShopError
from shop.core.http.envelope import auth_headers, respond
from shop.core.i18n.languages import translate
from shop.core.logging.redaction import Redactor
from shop.core.redis.stores import RedisError
from shop.core.resilience.backoff import retry_after
from shop.core.validation.errors import FieldError, FieldErrors, RequestValidationError

INVALID_VALUE = str(Field.default_error_messages["validator_failed"])
_log = logging.getLogger(__name__)


def register_error_handlers(app: Flask) -> None:
    """Register handlers that return failures in the envelope."""
    app.register_error_handler(ShopError, _shop_error)
    app.register_error_handler(RequestValidationError, _validation_error)
    app.register_error_handler(HTTPException, _http_error)
    for database_error in UNAVAILABLE_ERRORS:
        app.register_error_handler(database_error, _database_error)
    for refusal in (DBAPIError, ImpossibleRow):
        app.register_error_handler(refusal, _refused_statement)
    # All Redis errors: a replica, a full memory and a full disk have error classes of their own.
    app.register_error_handler(RedisError, _redis_error)


def _shop_error(error: ShopError) -> Response:
    code, facts = error.code, dict(error.facts)
    # For the log: the code and its facts as values, not only inside a message.
    g.failure = {"code": code.number, "error": code.name, **facts}
    sentence = translate(error.sentence, facts)
    if field := facts.pop("field", ""):
        location = "query" if field in request.args else "json"
        # FIELD_INVALID is shared by many fields, so its message names none of them.
        message = INVALID_VALUE if code is CoreExceptionCode.FIELD_INVALID else sentence
        return respond(code.number, FieldErrors([FieldError(location, (field,), code, (message,))]), sentence)
    headers = _error_headers(code, facts.pop("retry_after", None))
    return respond(code.number, {"error_code": code.name, "retry": code.retry, **facts}, sentence, headers)


def _error_headers(code: ExceptionCode, retry_after: int | None) -> dict[str, str]:
    headers = auth_headers(code.number)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return headers


def _validation_error(error: RequestValidationError) -> Response:
    g.failure = {"code": error.code.number, "error": error.code.name}
    return respond(error.code.number, error.errors, translate(error.code.sentence))


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, InternalServerError):
        return _unexpected_error(error.original_exception)
    # Programs get the envelope below, at every path of the API also those that ask for a page.
    if error.code == 404 and is_browser() and not request.path.startswith("/api/"):
        return missing_page()
    response = error.get_response()
    headers = {name: value for name, value in response.headers if name in ("Allow", "Retry-After", "WWW-Authenticate")}
    return respond(response.status_code, headers=headers)


def _unexpected_error(error: BaseException | None) -> Response:
    # Flask has logged it already, with its trace.
    redactor: Redactor | None = current_app.config["REDACTOR"]
    return respond(500, _debug_detail(error, redactor) if error and redactor else None)


def _debug_detail(error: BaseException, redactor: Redactor) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "exception": f"{type(error).__name__}: {redactor.redact_text(str(error))}",
        "file": frames[-1].filename if frames else None,
        "line": frames[-1].lineno if frames else None,
        "trace": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _database_error(error: Exception) -> Response:
    _log.error("The database failed: %s", error)
    return _shop_error(ShopError(CoreExceptionCode.DATABASE_UNAVAILABLE, retry_after=retry_after()))


def _refused_statement(error: Exception) -> Response:
    # With its trace: unlike a store that is down, this is a defect of the service or of the schema.
    _log.error("The database refused a statement: %s", error, exc_info=error)
    return _shop_error(ShopError(CoreExceptionCode.DATABASE_REFUSED))


def _redis_error(error: Exception) -> Response:
    _log.error("Redis failed: %s", error)
    return _shop_error(ShopError(CoreExceptionCode.REDIS_UNAVAILABLE, retry_after=retry_after()))
