"""Composition of the Flask app: settings, collaborators, routes, documentation."""

from functools import partial
from typing import Any

from flask import Flask

from shop.architecture.report.project_report import build_project_report
from shop.constants.api_document import CONTACT_NAME, INTRODUCTION, LICENCE, TAG_ORDER
from shop.container import Container, find_modules, find_resolver
from shop.core.api.error_pages import serve_errors
from shop.core.api.pages import serve_index
from shop.core.api.setup import configure_app
from shop.core.auth.policy import check_access_rules
from shop.core.auth.session_watch import SessionAuthenticator, SessionWatch
from shop.core.auth.tenant_resolver import TenantDirectory, TenantResolver
from shop.core.crypto.passwords import Passwords
from shop.core.crypto.tokens import Tokens
from shop.core.http.converters import ChoiceConverter, IdConverter, LowerUuidConverter
from shop.core.http.custom_envelope import install_custom_envelope
from shop.core.http.parameter_names import install_parameter_names
from shop.core.http.web_app import WebApp
from shop.core.idempotency.guard import IdempotencyGuard
from shop.core.idempotency.policy import check_idempotency
from shop.core.idempotency.record import IdempotencyStore
from shop.core.logging.setup import install_record_factory, load_settings
from shop.core.metrics.exporter import serve_metrics
from shop.core.metrics.metrics import GaugeSource, Metrics
from shop.core.middleware.access_log import serve_access_log
from shop.core.middleware.cache_control import CacheControl
from shop.core.middleware.cors import serve_cors
from shop.core.middleware.default_headers import describe_language, offer_patch_types, serve_default_headers
from shop.core.middleware.rate_limit import serve_rate_limit
from shop.core.middleware.request_head import serve_head_checks, serve_options
from shop.core.middleware.request_metrics import measure_requests
from shop.core.middleware.security_headers import security_headers
from shop.core.openapi.docs_page import serve_documentation
from shop.core.openapi.examples import UUID
from shop.core.openapi.spec import Api
from shop.core.operations.architecture_page import serve_architecture_page
from shop.core.operations.health import Health
from shop.core.operations.heap import freeze_heap
from shop.core.operations.parent_watch import end_with_parent
from shop.core.rate_limiting.limiter import RateLimiter
from shop.core.settings.settings import Settings
from shop.core.validation.choices import Choices
from shop.migrations.runner import latest_version

API_PREFIX = "/api/v1"
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Access token of a sign-in: a JWT that is verified as RFC8725 recommends.",
}


def create_app(settings: Settings | None = None) -> Flask:
    """Create an independent app. Raises SettingsError and WiringError."""
    settings = settings or Settings.load()
    install_record_factory()
    app = WebApp("shop", static_folder=None, template_folder="core/api/templates")
    custom_envelope, parameter_names = install_custom_envelope(app, settings), install_parameter_names(app, settings)
    serve_access_log(app, settings)
    serve_head_checks(app)
    cache_control = CacheControl(app, API_PREFIX)
    serve_default_headers(app, offer_patch_types, describe_language, cache_control, security_headers(settings))
    configure_app(app, settings)
    container = Container(settings)
    container.build()
    container.get(Tokens).check()
    container.get(IdempotencyGuard).scope_resolver = find_resolver(settings)
    app.extensions["shop"] = container
    api = _create_api(app, settings, container.get(Choices).add_enums(find_modules("constants")))
    for module in find_modules("controllers"):
        blueprint: Any = module.blueprint
        api.register_blueprint(blueprint, url_prefix=API_PREFIX + (blueprint.url_prefix or ""))
    _bind_controllers(app, container)
    serve_documentation(app, api, custom_envelope, parameter_names)
    serve_errors(app, api)
    serve_index(app)
    serve_architecture_page(app, settings, build_project_report)
    container.get(Health).serve(app, latest_version())
    serve_cors(app, settings)
    measure_requests(app, container.get(Metrics))
    serve_metrics(app, settings, container.get(Metrics), container.find_one(GaugeSource))
    # Last: the hooks above count refused requests and answer CORS preflights.
    find_tenant = partial(container.get(TenantResolver).resolve, container.find_one(TenantDirectory))
    tokens, watch = container.get(Tokens), container.get(SessionWatch)
    serve_rate_limit(app, API_PREFIX, container.get(RateLimiter), tokens, watch, find_tenant)
    serve_options(app)
    return app


def web_app() -> Flask:
    """Create the app of a web process, with its background monitors."""
    settings = load_settings("web")
    end_with_parent(settings.web_stop_seconds)
    app = create_app(settings)
    container: Container = app.extensions["shop"]
    container.get(Passwords).warm_up()
    # Read before the first request, since the database may be down by then.
    container.get(TenantResolver).follow(container.find_one(TenantDirectory))
    container.get(SessionWatch).follow(container.find_one(SessionAuthenticator))
    # Last, so that its gauges count the processes that are ready.
    container.get(Health).follow()
    freeze_heap()
    return app


def _create_api(app: Flask, settings: Settings, choices: Choices) -> Api:
    app.config.update(
        API_TITLE="shop",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
        API_INFO=_describe_api(settings),
        API_TAG_ORDER=TAG_ORDER,
    )
    api = Api(app)
    identifier = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1, "example": 7}
    api.register_converter(IdConverter, lambda _: identifier)
    api.register_converter(ChoiceConverter, lambda _: {"type": "string", "enum": sorted(choices.lists)})
    api.register_converter(LowerUuidConverter, lambda _: {"type": "string", "format": "uuid", "example": UUID})
    api.spec.components.security_scheme("bearer", _BEARER)
    return api


def _describe_api(settings: Settings) -> dict[str, Any]:
    """Return what the OpenAPI document says about the API as a whole."""
    address = settings.api_contact
    contact = {"email": address} if "@" in address else {"url": address} if address else {}
    return {
        "summary": "Shop with a catalogue, accounts and purchases",
        "description": INTRODUCTION.format(header=settings.idempotency_header),
        "contact": {"name": CONTACT_NAME, **contact},
        "license": {"name": LICENCE, "identifier": "LicenseRef-none"},
    }


def _bind_controllers(app: Flask, container: Container) -> None:
    """Bind every route to the Controller of this app.

    flask-smorest would create Controllers without collaborators.
    """
    for endpoint, view in app.view_functions.items():
        if kind := getattr(view, "view_class", None):
            controller = container.get(kind)
            check_access_rules(controller)
            check_idempotency(controller)
            controller.idempotency_store, controller.authenticator = (
                container.find_one(IdempotencyStore),
                container.find_one(SessionAuthenticator),
            )
            controller.tenants = container.find_one(TenantDirectory)
            app.view_functions[endpoint] = controller.dispatch_request
