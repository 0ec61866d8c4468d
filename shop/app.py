"""Composition: settings, collaborators, routes and documentation become one Flask app."""

from functools import partial
from typing import Any

from flask import Flask
from werkzeug.routing import UUIDConverter

from shop.architecture.report.own import own_report
from shop.container import Container, find_modules, find_resolver
from shop.core.access import check_rules
from shop.core.access_log import serve_access_log
from shop.core.choices import ChoiceConverter, Choices
from shop.core.cors import serve_cors
from shop.core.dialect import speak
from shop.core.docs_page import serve_documentation
from shop.core.documentation import Api
from shop.core.error_pages import serve_errors
from shop.core.examples import UUID
from shop.core.health import Health
from shop.core.http import prepare
from shop.core.idempotency import Idempotency
from shop.core.keyed import check_keys
from shop.core.limit_door import serve_limits
from shop.core.limits import Limits
from shop.core.log import load_settings, trace_records
from shop.core.measuring import serve_metrics
from shop.core.metrics import Measured, Metrics
from shop.core.passwords import Passwords
from shop.core.report import serve_report
from shop.core.sessions import Doorkeeper, SessionWatch
from shop.core.settings import Settings
from shop.core.shield import serve_shield
from shop.core.tenancy import Register, Tenancy
from shop.core.ticket import Keeper
from shop.core.tokens import Tokens
from shop.core.wire import IdConverter
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
