"""Setup of a Flask app: errors, URL converters, JSON, body limits."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from shop.core.api.error_handlers import register_error_handlers
from shop.core.http.body import PATCH_TYPES
from shop.core.http.converters import ChoiceConverter, IdConverter, LowerUuidConverter
from shop.core.http.json import JsonResponse, OrjsonProvider
from shop.core.i18n.languages import DEFAULT_LANGUAGE, LANGUAGES, load_catalogue
from shop.core.logging.redaction import Redactor
from shop.core.middleware.admission import RequestAdmission
from shop.core.settings.settings import Settings

BODY_MAX_BYTES = 1024 * 1024


def configure_app(app: Flask, settings: Settings) -> None:
    """Configure a new Flask app.

    Raises when a translation catalogue cannot be read.
    """
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_MAX_BYTES,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        PROPAGATE_EXCEPTIONS=False,
        SETTINGS=settings,
        # Details of an exception are sent in debug mode only, never in production.
        REDACTOR=Redactor(settings.log_secrets) if settings.debug and not settings.production else None,
    )
    # No view is async. Flask would inspect every view and hook at each request.
    app.ensure_sync = _return_unchanged  # type: ignore[assignment, method-assign]  # Flask expects a subclass for this
    app.json = OrjsonProvider(app)
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["choice"] = ChoiceConverter
    app.url_map.converters["uuid"] = LowerUuidConverter
    # A redirect to a normalised path would not be in the envelope.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    register_error_handlers(app)
    for name in LANGUAGES:
        load_catalogue(name)  # a broken catalogue stops the start
    app.after_request(_set_default_language)
    app.after_request(_offer_patch_types)
    app.wsgi_app = RequestAdmission(app.wsgi_app, settings.web_threads, BODY_MAX_BYTES)  # type: ignore[method-assign]  # the documented way to add WSGI middleware


def _return_unchanged(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def _offer_patch_types(response: Response) -> Response:
    # RFC 5789: where the allowed methods are told, and where a media type was refused.
    refused = response.status_code == 415 and request.method == "PATCH"
    if refused or "PATCH" in response.headers.get("Allow", ""):
        response.headers["Accept-Patch"] = ", ".join(PATCH_TYPES)
    return response


def _set_default_language(response: Response) -> Response:
    # Responses in the envelope set their language. Pages and documents have one language, empty responses none.
    if not isinstance(response, JsonResponse) and "Content-Type" in response.headers:
        response.headers.setdefault("Content-Language", DEFAULT_LANGUAGE)
    return response
