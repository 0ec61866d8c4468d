"""Preparation of a sale: administrator, items and buyers."""

import sys
import time

from benchmarks.load.accounts import AccountFactory
from benchmarks.load.http_client import JsonClient
from benchmarks.targets.temporary_shop import TemporaryShop
from shop.jobs.seed import DEMO_ADMIN

# More than any run sells.
ENDLESS_STOCK = 1_000_000_000
WAIT_SECONDS = 30.0
SOLD_OUT = "STOCK_INSUFFICIENT"


def sign_in_admin(shop: TemporaryShop) -> str:
    """Sign in the demo administrator, and return the access token."""
    _, email, password, _ = DEMO_ADMIN
    with JsonClient(shop.bind) as client:
        token: str = client.post("/api/v1/auth/login", {"email": email, "password": password}).data["access_token"]
    return token


def create_item(shop: TemporaryShop, stock: int, admin_token: str = "") -> int:
    """Create an item on sale, and return its id."""
    body = {"name": "The last ones", "price_minor": 4_200, "currency": "EUR", "stock": stock, "status": "on_sale"}
    with JsonClient(shop.bind, admin_token or sign_in_admin(shop)) as client:
        return int(client.post("/api/v1/items", body).data["id"])


def open_sale(shop: TemporaryShop, buyers: int = 1) -> tuple[int, list[str]]:
    """Open a sale that never runs out, and create its buyers.

    Returns the item's id and the buyers' access tokens. The first buyer has bought one piece.
    """
    item_id = create_item(shop, ENDLESS_STOCK)
    tokens = AccountFactory.from_container(shop.create_container()).create_buyers(buyers)
    with JsonClient(shop.bind, tokens[0]) as client:
        wait_until_open(client, item_id)
    return item_id, tokens


def wait_until_open(client: JsonClient, item_id: int) -> None:
    """Wait until the sale is open, and buy one piece."""
    _repeat_purchase(client, item_id, 1, "accepted")


def wait_until_open_unsold(client: JsonClient, item_id: int, pieces: int) -> None:
    """Wait until the sale of few pieces is open, and buy nothing."""
    # More than there is: the purchase sells nothing, and is refused with 409 from the moment the sale is open.
    _repeat_purchase(client, item_id, pieces + 1, SOLD_OUT)


def _repeat_purchase(client: JsonClient, item_id: int, quantity: int, outcome: str) -> None:
    # A sale that is not open yet answers 503.
    deadline = time.monotonic() + WAIT_SECONDS
    while (response := client.post(f"/api/v1/items/{item_id}/purchase", {"quantity": quantity})).outcome != outcome:
        if time.monotonic() > deadline:
            sys.exit(f"The sale did not open: {response}")
        time.sleep(0.1)
