"""What a shop has logged, as an operator and as an administrator find it."""

from pathlib import Path
from typing import Any

import orjson

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.polling import eventually

Entry = dict[str, Any]


def entries(shop: Shop, **wanted: Any) -> list[Entry]:
    """The entries of all processes whose members are these, oldest first."""
    lines = [line for path in sorted(folder_of(shop).iterdir()) for line in path.read_bytes().splitlines()]
    found = [entry for entry in map(orjson.loads, lines) if wanted.items() <= entry.items()]
    return sorted(found, key=lambda entry: str(entry["time"]))


def folder_of(shop: Shop) -> Path:
    """Where the files of its days are."""
    return Path(shop.service.env["SHOP_LOG_FILE"])


def record_of(shop: Shop, request_id: str) -> Entry:
    """The record of a request, which is written a moment after its answer."""
    eventually(lambda: bool(entries(shop, request_id=request_id, logger="shop.core.middleware.access_log")), 10)
    return entries(shop, request_id=request_id, logger="shop.core.middleware.access_log")[-1]


def search(shop: Shop, request_id: str, token: str = "", **words: Any) -> list[Entry]:
    """What an administrator finds of a request."""
    query = "&".join([f"request_id={request_id}", *(f"{name}={value}" for name, value in words.items())])
    with shop.client() as client:
        page = data_of(client.get(f"{API}/logs?{query}", token=token or shop.admin()), 200)
    return list(page["data"])
