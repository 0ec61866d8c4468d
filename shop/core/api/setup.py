"""Setup of a Flask app: errors, URL converters, JSON, body limits."""

from flask import Flask

from shop.core.api.error_handlers import register_error_handlers
from shop.core.http.converters import ChoiceConverter, IdConverter, LowerUuidConverter
from shop.core.http.json import OrjsonProvider
from shop.core.i18n.languages import LANGUAGES, load_catalogue
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
    app.wsgi_app = RequestAdmission(app.wsgi_app, settings.web_threads, BODY_MAX_BYTES)  # type: ignore[method-assign]  # the documented way to add WSGI middleware
