"""What is true of every HTTP answer: failures in the envelope, ids in paths, JSON, limits of the body."""

import logging
import traceback
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, request
from marshmallow.fields import Field
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, InternalServerError

from shop.core.anteroom import Anteroom
from shop.core.backoff import retry_after
from shop.core.choices import ChoiceConverter
from shop.core.envelope import auth_headers, respond
from shop.core.errors import CoreExceptionCode, ExceptionCode, ShopError
from shop.core.languages import DEFAULT_LANGUAGE, LANGUAGES, catalogue, say
from shop.core.lists.wire import outer
from shop.core.mistakes import Mistake, Mistakes
from shop.core.redis import RedisError
from shop.core.secrecy import Secrecy
from shop.core.settings import Settings
from shop.core.wire import IdConverter, InvalidWords, JsonResponse, OrjsonProvider

BODY_MAX_BYTES = 1024 * 1024
INVALID = str(Field.default_error_messages["validator_failed"])
_log = logging.getLogger(__name__)


def prepare(app: Flask, settings: Settings) -> None:
    """Give a new Flask app the project's manners."""
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_MAX_BYTES,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        PROPAGATE_EXCEPTIONS=False,
        SETTINGS=settings,
        # Who tells what went wrong; nobody, unless somebody works on the code.
        SECRECY=Secrecy(settings.log_secrets) if settings.debug and not settings.production else None,
    )
    # Nothing here is async; Flask would look into every view and every hook at each request to find that out.
    app.ensure_sync = _as_it_is  # type: ignore[assignment, method-assign]  # the way Flask offers, but for a subclass
    app.json = OrjsonProvider(app)
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["choice"] = ChoiceConverter
    # A redirect to the other spelling of a path would leave the envelope.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    _register_handlers(app)
    for name in LANGUAGES:
        catalogue(name)  # a catalogue that cannot be read stops the start
    app.after_request(_in_english)
    app.wsgi_app = Anteroom(app.wsgi_app, settings.web_threads, BODY_MAX_BYTES)  # type: ignore[method-assign]  # Flask's own way


def _as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def _in_english(answer: Response) -> Response:
    # The envelope says its language itself; pages and documents are written in one; what has no body has none.
    if not isinstance(answer, JsonResponse) and "Content-Type" in answer.headers:
        answer.headers.setdefault("Content-Language", DEFAULT_LANGUAGE)
    return answer


def _register_handlers(app: Flask) -> None:
    app.register_error_handler(ShopError, _shop_error)
    app.register_error_handler(InvalidWords, _invalid_words)
    app.register_error_handler(HTTPException, _http_error)
    for database_error in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(database_error, _database_error)
    # All of them: a replica, a full memory or a full disk answers with an error of its own and sells nothing either.
    app.register_error_handler(RedisError, _redis_error)


def _shop_error(error: ShopError) -> Response:
    code, facts = error.code, dict(error.facts)
    # For the log: what failed, and of whom and what, as values and not in a sentence only.
    g.failure = {"code": code.number, "error": code.name, **facts}
    sentence = say(code.sentence, facts)
    if field := outer(facts.pop("field", "")):
        place = "query" if field in request.args else "json"
        # Of a code that many fields have, the sentence does not say which.
        wrong = INVALID if code is CoreExceptionCode.FIELD_INVALID else sentence
        return respond(code.number, Mistakes([Mistake(place, (field,), code, (wrong,))]), sentence)
    headers = _headers(code, facts.pop("retry_after", None))
    return respond(code.number, {"error_code": code.name, **facts}, sentence, headers)


def _headers(code: ExceptionCode, retry_after: int | None) -> dict[str, str]:
    headers = auth_headers(code.status)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return headers


def _invalid_words(error: InvalidWords) -> Response:
    g.failure = {"code": error.code.number, "error": error.code.name}
    return respond(error.code.number, error.mistakes, say(error.code.sentence))


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, InternalServerError):
        return _unexpected(error.original_exception)
    given = error.get_response()
    headers = {name: value for name, value in given.headers if name in ("Allow", "Retry-After", "WWW-Authenticate")}
    return respond(given.status_code, headers=headers)


def _unexpected(error: BaseException | None) -> Response:
    # Flask has logged it already, with its trace.
    secrecy: Secrecy | None = current_app.config["SECRECY"]
    return respond(500, _detail(error, secrecy) if error and secrecy else None)


def _detail(error: BaseException, secrecy: Secrecy) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "exception": f"{type(error).__name__}: {secrecy.scrub(str(error))}",
        "file": frames[-1].filename if frames else None,
        "line": frames[-1].lineno if frames else None,
        "trace": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _database_error(error: Exception) -> Response:
    _log.error("The database failed: %s", error)
    return _shop_error(ShopError(CoreExceptionCode.DATABASE_UNAVAILABLE, retry_after=retry_after()))


def _redis_error(error: Exception) -> Response:
    _log.error("Redis failed: %s", error)
    return _shop_error(ShopError(CoreExceptionCode.REDIS_UNAVAILABLE, retry_after=retry_after()))
