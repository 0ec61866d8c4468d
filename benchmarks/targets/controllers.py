"""Binding of extra Controllers to the shop's app."""

from typing import Any

from flask import Flask

from shop.container import Container
from shop.core.api.controller import Controller
from shop.core.auth.session_watch import Doorkeeper
from shop.core.auth.tenant_resolver import Register
from shop.core.idempotency.record import Keeper


def bind_controller(app: Flask, controller_class: type[Controller], endpoint: str) -> Any:
    """Bind an endpoint to a Controller.

    The shop's app binds its own Controllers in the same way. Returns the Controller.
    """
    container: Container = app.extensions["shop"]
    container.add(controller_class)
    controller: Any = container.get(controller_class)
    controller.keeper, controller.door = container.find_one(Keeper), container.find_one(Doorkeeper)
    controller.register = container.find_one(Register)
    app.view_functions[endpoint] = controller.dispatch_request
    return controller
