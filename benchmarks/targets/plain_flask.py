"""Plain Flask app without any hook of the shop: the yardstick `plain`.

Its only view does what a purchase does around the sale: a verified token, JSON in and out. It has no limits on bodies,
no validation, no envelope, no headers of its own and no log.
"""

from typing import Any

from flask import Flask, request

from shop.container import Container
from shop.core.crypto.tokens import Tokens
from shop.core.operations.web_server import serve
from shop.core.settings.settings import Settings


def create_plain_app(tokens: Tokens) -> Flask:
    """Create the app with its view."""
    app = Flask(__name__)

    @app.post("/plain/<int:item_id>")
    def plain(item_id: int) -> tuple[dict[str, Any], int]:
        tokens.verify(request.headers["Authorization"].partition(" ")[2])
        quantity = request.get_json()["quantity"]
        order = {
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
        return {"status": "success", "code": 202, "message": "Accepted", "data": order}, 202

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {}

    return app


def create_target() -> Flask:
    """Create the app with the tokens of the shop."""
    return create_plain_app(Container(Settings.load()).get(Tokens))


if __name__ == "__main__":
    serve(Settings.load(), "benchmarks.targets.plain_flask:create_target")
