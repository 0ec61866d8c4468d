"""Requests to the catalogue."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import uuid4

from werkzeug.test import TestResponse

from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop, data_of

T = TypeVar("T")


def list_names(shop: InProcessShop, token: str | None = None, query: str = "") -> list[str]:
    """Return the names on a page of the list."""
    return [row["name"] for row in data_of(shop.send("GET", f"/items{query}", token), 200)["data"]]


def read_item(shop: InProcessShop, item: int, token: str | None = None) -> Any:
    """Return an item, or the error code."""
    envelope = shop.send("GET", f"/items/{item}", token).get_json()
    return envelope["data"] if envelope["code"] == 200 else envelope["code"]


def rename_item(shop: InProcessShop, item: int, name: str, **headers: str) -> TestResponse:
    """Change the name of an item and return the response."""
    defaults = {"Authorization": f"Bearer {shop.admin_token}", "Idempotency-Key": uuid4().hex}
    custom = {key.replace("_", "-"): value for key, value in headers.items()}
    return shop.http.patch(f"{API}/items/{item}", json={"name": name}, headers={**defaults, **custom})


def run_in_thread(work: Callable[[], T]) -> T:
    """Run a call in another thread, outside of the current request."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
