"""Readers of the catalogue."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import uuid4

from werkzeug.test import TestResponse

from tests.http.support.shop import API
from tests.purchase.support.in_process_shop import InProcessShop, data_of

T = TypeVar("T")


def list_names(shop: InProcessShop, token: str | None = None, query: str = "") -> list[str]:
    """The names on a page of the list."""
    return [row["name"] for row in data_of(shop.send("GET", f"/items{query}", token), 200)["data"]]


def read_item(shop: InProcessShop, item: int, token: str | None = None) -> Any:
    """The item; the code of the refusal where there is none."""
    answer = shop.send("GET", f"/items/{item}", token).get_json()
    return answer["data"] if answer["code"] == 200 else answer["code"]


def rename_item(shop: InProcessShop, item: int, name: str, **headers: str) -> TestResponse:
    """The answer to a change of its name."""
    said = {"Authorization": f"Bearer {shop.admin_token}", "Idempotency-Key": uuid4().hex}
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return shop.http.patch(f"{API}/items/{item}", json={"name": name}, headers={**said, **named})


def run_in_thread(work: Callable[[], T]) -> T:
    """What somebody else does in this process, in a request of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
