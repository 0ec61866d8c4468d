"""Composition: settings, collaborators, routes and documentation become one Flask app."""

from functools import partial
from typing import Any

from flask import Flask
from werkzeug.routing import UUIDConverter

from shop.architecture.report.project_report import own_report
from shop.container import Container, find_modules, find_resolver
from shop.core.api.error_pages import serve_errors
from shop.core.api.setup import prepare
from shop.core.auth.policy import check_rules
from shop.core.auth.session_watch import Doorkeeper, SessionWatch
from shop.core.auth.tenant_resolver import Register, Tenancy
from shop.core.crypto.passwords import Passwords
from shop.core.crypto.tokens import Tokens
from shop.core.http.converters import ChoiceConverter, IdConverter
from shop.core.http.custom_envelope import speak
from shop.core.idempotency.guard import Idempotency
from shop.core.idempotency.policy import check_keys
from shop.core.idempotency.record import Keeper
from shop.core.logging.setup import load_settings, trace_records
from shop.core.metrics.exporter import serve_metrics
from shop.core.metrics.metrics import Measured, Metrics
from shop.core.middleware.access_log import serve_access_log
from shop.core.middleware.cors import serve_cors
from shop.core.middleware.rate_limit import serve_limits
from shop.core.middleware.security_headers import serve_shield
from shop.core.openapi.docs_page import serve_documentation
from shop.core.openapi.examples import UUID
from shop.core.openapi.spec import Api
from shop.core.operations.architecture_page import serve_report
from shop.core.operations.health import Health
from shop.core.rate_limiting.limiter import Limits
from shop.core.settings.settings import Settings
from shop.core.validation.choices import Choices
from shop.migrations.runner import latest_version

API_PREFIX = "/api/v1"


def create_app(settings: Settings | None = None) -> Flask:
    """An app of its own: two in one process do not see each other. Raises SettingsError and WiringError."""
    settings = settings or Settings.load()
    trace_records()
    app = Flask("shop", static_folder=None)
    dialect = speak(app, settings)
    serve_access_log(app, settings)
    serve_shield(app, settings)
    prepare(app, settings)
    container = Container(settings)
    container.build()
    container.get(Tokens).check()
    container.get(Idempotency).resolve = find_resolver(settings)
    app.extensions["shop"] = container
    api = _document(app, container.get(Choices).gather(find_modules("constants")))
    for module in find_modules("controllers"):
        blueprint: Any = module.blueprint
        api.register_blueprint(blueprint, url_prefix=API_PREFIX + (blueprint.url_prefix or ""))
    _bind(app, container)
    serve_documentation(app, api, dialect)
    serve_errors(app, api)
    serve_report(app, settings, own_report)
    container.get(Health).serve(app, latest_version())
    serve_cors(app, settings)
    serve_metrics(app, settings, container.get(Metrics), container.find_one(Measured))
    # Last: what was refused here is counted above, and preflights are answered there.
    find_tenant = partial(container.get(Tenancy).find, container.find_one(Register))
    tokens, watch = container.get(Tokens), container.get(SessionWatch)
    serve_limits(app, API_PREFIX, container.get(Limits), tokens, watch, find_tenant)
    return app


def web_app() -> Flask:
    """The app of a web process, which follows what becomes of sessions and tenants."""
    app = create_app(load_settings("web"))
    container: Container = app.extensions["shop"]
    container.get(Passwords).prepare()
    container.get(Health).follow()
    container.get(SessionWatch).follow(container.find_one(Doorkeeper))
    return app


def _document(app: Flask, choices: Choices) -> Api:
    app.config.update(API_TITLE="shop", API_VERSION="v1", OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX=None)
    api = Api(app)
    api.register_converter(
        IdConverter, lambda _: {"type": "integer", "minimum": 1, "maximum": 10**18 - 1, "example": 7}
    )
    api.register_converter(ChoiceConverter, lambda _: {"type": "string", "enum": sorted(choices.lists)})
    api.register_converter(UUIDConverter, lambda _: {"type": "string", "format": "uuid", "example": UUID})
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    return api


def _bind(app: Flask, container: Container) -> None:
    """Give every route the Controller of this app; flask-smorest would make one without collaborators."""
    for endpoint, view in app.view_functions.items():
        if kind := getattr(view, "view_class", None):
            controller = container.get(kind)
            check_rules(controller)
            check_keys(controller)
            controller.keeper, controller.door = container.find_one(Keeper), container.find_one(Doorkeeper)
            controller.register = container.find_one(Register)
            app.view_functions[endpoint] = controller.dispatch_request
