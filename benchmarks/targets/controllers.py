"""Binding of extra Controllers to the shop's app."""

from typing import Any

from flask import Flask

from shop.container import Container
from shop.core.api.controller import Controller
from shop.core.auth.session_watch import SessionAuthenticator
from shop.core.auth.tenant_resolver import TenantDirectory
from shop.core.idempotency.record import IdempotencyStore


def bind_controller(app: Flask, controller_class: type[Controller], endpoint: str) -> Any:
    """Bind an endpoint to a Controller.

    The shop's app binds its own Controllers in the same way. Returns the Controller.
    """
    container: Container = app.extensions["shop"]
    container.add(controller_class)
    controller: Any = container.get(controller_class)
    controller.idempotency_store, controller.authenticator = (
        container.find_one(IdempotencyStore),
        container.find_one(SessionAuthenticator),
    )
    controller.tenants = container.find_one(TenantDirectory)
    app.view_functions[endpoint] = controller.dispatch_request
    return controller
