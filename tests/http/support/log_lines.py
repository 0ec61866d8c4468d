"""Log entries of a shop, from its files and from its API."""

from pathlib import Path
from typing import Any

import orjson

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.polling import eventually

Entry = dict[str, Any]


def entries(shop: Shop, **fields: Any) -> list[Entry]:
    """Read the entries of all processes with the given fields, oldest first."""
    lines = [line for path in sorted(folder_of(shop).iterdir()) for line in path.read_bytes().splitlines()]
    matches = [entry for entry in map(orjson.loads, lines) if fields.items() <= entry.items()]
    return sorted(matches, key=lambda entry: str(entry["time"]))


def folder_of(shop: Shop) -> Path:
    """Return the folder of the daily files."""
    return Path(shop.service.env["SHOP_LOG_FILE"])


def record_of(shop: Shop, request_id: str) -> Entry:
    """Wait for the access record of a request and return it."""
    eventually(lambda: bool(entries(shop, request_id=request_id, logger="shop.core.middleware.access_log")), 10)
    return entries(shop, request_id=request_id, logger="shop.core.middleware.access_log")[-1]


def search(shop: Shop, request_id: str, token: str = "", **parameters: Any) -> list[Entry]:
    """Search the log for a request, as an administrator by default."""
    query = "&".join([f"request_id={request_id}", *(f"{name}={value}" for name, value in parameters.items())])
    with shop.client() as client:
        page = data_of(client.get(f"{API}/logs?{query}", token=token or shop.admin()), 200)
    return list(page["data"])
