"""What is true of every HTTP answer: failures in the envelope, ids in paths, JSON, limits of the body."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response

from shop.core.api.error_handlers import register_error_handlers
from shop.core.http.converters import ChoiceConverter, IdConverter
from shop.core.http.json import JsonResponse, OrjsonProvider
from shop.core.i18n.languages import DEFAULT_LANGUAGE, LANGUAGES, load_catalogue
from shop.core.logging.redaction import Redactor
from shop.core.middleware.admission import RequestAdmission
from shop.core.settings.settings import Settings

BODY_MAX_BYTES = 1024 * 1024


def configure_app(app: Flask, settings: Settings) -> None:
    """Give a new Flask app the project's manners."""
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_MAX_BYTES,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        PROPAGATE_EXCEPTIONS=False,
        SETTINGS=settings,
        # Who tells what went wrong; nobody, unless somebody works on the code.
        REDACTOR=Redactor(settings.log_secrets) if settings.debug and not settings.production else None,
    )
    # Nothing here is async; Flask would look into every view and every hook at each request to find that out.
    app.ensure_sync = _return_unchanged  # type: ignore[assignment, method-assign]  # the way Flask offers, but for a subclass
    app.json = OrjsonProvider(app)
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["choice"] = ChoiceConverter
    # A redirect to the other spelling of a path would leave the envelope.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    register_error_handlers(app)
    for name in LANGUAGES:
        load_catalogue(name)  # a catalogue that cannot be read stops the start
    app.after_request(_set_default_language)
    app.wsgi_app = RequestAdmission(app.wsgi_app, settings.web_threads, BODY_MAX_BYTES)  # type: ignore[method-assign]  # Flask's own way


def _return_unchanged(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def _set_default_language(answer: Response) -> Response:
    # The envelope says its language itself; pages and documents are written in one; what has no body has none.
    if not isinstance(answer, JsonResponse) and "Content-Type" in answer.headers:
        answer.headers.setdefault("Content-Language", DEFAULT_LANGUAGE)
    return answer
