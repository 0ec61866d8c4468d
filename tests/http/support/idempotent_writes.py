"""Writes with idempotency keys, over HTTP."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from flask import Request
from werkzeug.test import EnvironBuilder

from shop.cache_managers.idempotency_record import IdempotencyRecordCacheManager
from shop.core.crypto.tokens import Tokens
from shop.core.idempotency.fingerprint import Fingerprint
from shop.core.idempotency.record import IdempotencyKey
from tests.http.support.shop import API, Shop
from tests.support.http import Response

DRAFT: dict[str, Any] = {"name": "Draft", "price_minor": 100, "currency": "EUR", "stock": 5, "status": "draft"}
IN_PROGRESS = 409002
NO_FINGERPRINT = Fingerprint("", "", "", "", "")


class Write(NamedTuple):
    """A write request.

    `key`: value of the key header; None sends no header. `words`: the body.
    """

    token: str
    key: str | None
    path: str = "/items"
    words: Any = DRAFT
    verb: str = "POST"
    header: str = "Idempotency-Key"
    web: str = "web"

    def send(self, shop: Shop, timeout: float = 30.0) -> Response:
        """Send the request over a connection of its own."""
        headers = {} if self.key is None else {self.header: self.key}
        # Sent as raw bytes, since the client adds a key to JSON requests.
        content = None if self.words is None else json.dumps(self.words).encode()
        media_type = {} if content is None else {"Content-Type": "application/json"}
        authorization = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with shop.service.client(self.web, timeout) as client:
            return client.send(self.verb, f"{API}{self.path}", content, {**headers, **media_type, **authorization})


def send_at_once(shop: Shop, writes: Sequence[Write]) -> list[Response]:
    """Send requests at the same time and return the responses."""
    with ThreadPoolExecutor(len(writes)) as pool:
        return list(pool.map(lambda write: write.send(shop), writes))


def is_replay(answer: Response) -> bool:
    """Return True when the response is marked as a replay."""
    present = [name in answer.headers for name in ("Idempotency-Relayed", "Idempotent-Replayed")]
    assert present[0] == present[1]
    return present[0]


def request_of(write: Write) -> Request:
    """Build the request as the server receives it."""
    content = None if write.words is None else json.dumps(write.words)
    media_type = None if content is None else "application/json"
    path = f"{API}{write.path}"
    return Request(EnvironBuilder(path, method=write.verb, data=content, content_type=media_type).get_environ())


def make_idempotency_key(shop: Shop, write: Write, fingerprint: Fingerprint = NO_FINGERPRINT) -> IdempotencyKey:
    """Build the idempotency key of a write, with its owner."""
    claims = shop.container.get(Tokens).verify(write.token)
    return IdempotencyKey(claims.tenant_id, f"user:{claims.user_id}", write.key or "", fingerprint, 60)


def is_leased(shop: Shop, write: Write) -> bool:
    """Return True while a process holds the lease of a write's key."""
    return (
        shop.container.get(IdempotencyRecordCacheManager).find_fingerprint(make_idempotency_key(shop, write))
        is not None
    )


def drafts(shop: Shop, name: str) -> int:
    """Count the items of that name."""
    return int(shop.query_value("SELECT COUNT(*) FROM items WHERE name = %s", name))


def lines(shop: Shop, item: int, reason: str) -> int:
    """Count the ledger lines of an item with that reason."""
    return int(shop.query_value("SELECT COUNT(*) FROM stock_ledger WHERE item_id = %s AND reason = %s", item, reason))
