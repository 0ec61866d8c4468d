"""Peer: the classic recipe in plain Flask, as tutorials show it.

A lock in Redis for each item, the stock read and written under it, and one RQ job for each order. It has no
idempotency, no rate limits, no envelope, no limit per buyer, no log of requests, and knows no revoked session. An order
is lost when the process dies between the stock and the job, and the lock may expire under a slow owner.
"""

from typing import Any
from uuid import uuid4

import jwt
from flask import Flask, request
from redis.exceptions import LockError

from benchmarks.peers.classic_orders import STOCK_KEY, ClassicStores
from shop.container import Container
from shop.core.crypto.tokens import Tokens
from shop.core.operations.web_server import serve
from shop.core.settings.settings import Settings

LOCK_SECONDS, WAIT_SECONDS = 5.0, 2.0
WRITE_ORDER = "benchmarks.peers.classic_orders.write_order"
Result = tuple[dict[str, Any], int]


def create_target() -> Flask:
    """Create the app with its view."""
    settings = Settings.load()
    stores, ring = ClassicStores.load(), Container(settings).get(Tokens).key_ring
    redis, signing = stores.redis, ring.keys[ring.active]
    options: Any = {"audience": settings.jwt_audience, "issuer": settings.jwt_issuer}
    app = Flask(__name__)

    @app.post("/classic/<int:item_id>")
    def buy(item_id: int) -> Result:
        token = request.headers["Authorization"].partition(" ")[2]
        claims = jwt.decode(token, signing.key, [signing.algorithm], **options)
        quantity, key = request.get_json()["quantity"], STOCK_KEY.format(item_id)
        try:
            with redis.lock(f"lock:{item_id}", timeout=LOCK_SECONDS, blocking_timeout=WAIT_SECONDS):
                stock = int(redis.get(key) or 0)
                if stock < quantity:
                    return {"error": "sold out"}, 409
                redis.set(key, stock - quantity)
        except LockError:
            return {"error": "busy"}, 503
        order = {"id": str(uuid4()), "item_id": item_id, "user_id": int(claims["sub"]), "quantity": quantity}
        stores.queue.enqueue(WRITE_ORDER, **order)
        return {**order, "status": "pending"}, 202

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {}

    return app


if __name__ == "__main__":
    serve(Settings.load(), "benchmarks.peers.classic_recipe:create_target")
