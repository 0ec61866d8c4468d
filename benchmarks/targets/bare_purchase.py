"""Two reference routes for the purchase, served by the shop's own server.

`/bare` is the minimum that a response costs here: Flask, a verified token, JSON in and out. `/same` is the purchase's
route with all its declarations, but without a purchase.
"""

from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request

from benchmarks.targets.controllers import bind_controller
from shop.app import create_app
from shop.checkers.order import PurchaseHeadersChecker, PurchaseItemChecker
from shop.core.api.blueprint import Blueprint
from shop.core.api.controller import Controller
from shop.core.auth.guards import with_token
from shop.core.crypto.tokens import Claims, Tokens
from shop.core.database.transaction import transactional
from shop.core.http.envelope import Answer, accepted, envelope
from shop.core.idempotency.policy import IdempotencyPolicy, idempotent
from shop.core.operations.web_server import serve
from shop.core.settings.settings import Settings
from shop.schemas.order import OrderSchema
from shop.supports.order import OrderPolicy

blueprint = Blueprint("same", __name__)


@blueprint.route("/same/<id:item_id>")
@dataclass(eq=False)
class SameController(Controller):
    """Route of the purchase without the purchase."""

    @blueprint.response(202, OrderSchema, errors=(404, 409))
    @with_token(OrderPolicy.create)
    @idempotent(IdempotencyPolicy(required=False, store_response=False))
    @blueprint.arguments(PurchaseItemChecker)
    @blueprint.arguments(PurchaseHeadersChecker, location="headers")
    @transactional
    def post(self, body: dict[str, Any], headers: dict[str, Any], item_id: int, claims: Claims) -> Answer:  # noqa: ARG002 - the purchase's signature
        """Answer with a constant order."""
        order = _build_order(item_id, body["quantity"])
        return accepted(order, f"/api/v1/orders/{order['id']}")


def create_target() -> Flask:
    """Create the shop's app with both reference routes."""
    app = create_app()
    app.register_blueprint(blueprint)
    bind_controller(app, SameController, "same.SameController")
    tokens = app.extensions["shop"].get(Tokens)

    @app.post("/bare/<id:item_id>")
    def bare(item_id: int) -> Response:
        tokens.verify(request.headers["Authorization"].partition(" ")[2])
        order = _build_order(item_id, request.get_json()["quantity"])
        response: Response = app.json.response(envelope(202, order))  # type: ignore[assignment]  # the app's own class
        response.status_code = 202
        return response

    return app


def _build_order(item_id: int, quantity: int) -> dict[str, Any]:
    return {
        "id": "01a1f8b9-6fb6-769b-b74e-21f10587bf2c",
        "status": "pending",
        "item_id": item_id,
        "quantity": quantity,
        "unit_price_minor": 4_200,
        "total_minor": 4_200 * quantity,
        "currency": "EUR",
        "created_at": "2026-11-20T11:31:20.123456Z",
        "updated_at": "2026-11-20T11:31:20.123456Z",
    }


if __name__ == "__main__":
    serve(Settings.load(), "benchmarks.targets.bare_purchase:create_target")
