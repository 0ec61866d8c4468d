"""Putting an item on sale, as the administrator does it."""

import sys
import time

from benchmarks.load.http_client import Client
from benchmarks.targets.temporary_shop import Shop
from shop.jobs.seed import DEMO_ADMIN

PATIENCE_SECONDS = 30.0


def sign_in(shop: Shop) -> str:
    """The administrator's token."""
    _, email, password, _ = DEMO_ADMIN
    with Client(shop.bind) as client:
        token: str = client.post("/api/v1/auth/login", {"email": email, "password": password}).data["access_token"]
    return token


def offer(shop: Shop, stock: int, token: str = "") -> int:
    """The id of a new item that is on sale; `token` is the administrator's."""
    words = {"name": "The last ones", "price_minor": 4_200, "currency": "EUR", "stock": stock, "status": "on_sale"}
    with Client(shop.bind, token or sign_in(shop)) as client:
        return int(client.post("/api/v1/items", words).data["id"])


def wait_for(outcome: str, client: Client, item_id: int, quantity: int) -> None:
    """Ask for some pieces until the answer is the expected one; a sale that is not open yet answers 503."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := client.post(f"/api/v1/items/{item_id}/purchase", {"quantity": quantity})).outcome != outcome:
        if time.monotonic() > deadline:
            sys.exit(f"The sale did not open: {answer}")
        time.sleep(0.1)
