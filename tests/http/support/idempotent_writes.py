"""Writes with keys, over HTTP."""

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
NOTHING = Fingerprint("", "", "", "", "")


class Write(NamedTuple):
    """A request that writes; `key` None: no header."""

    token: str
    key: str | None
    path: str = "/items"
    words: Any = DRAFT
    verb: str = "POST"
    header: str = "Idempotency-Key"
    web: str = "web"

    def send(self, shop: Shop, timeout: float = 30.0) -> Response:
        """Send it over a connection of its own."""
        headers = {} if self.key is None else {self.header: self.key}
        # Written out, since the client would add a key of its own.
        content = None if self.words is None else json.dumps(self.words).encode()
        kind = {} if content is None else {"Content-Type": "application/json"}
        permit = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with shop.service.client(self.web, timeout) as client:
            return client.send(self.verb, f"{API}{self.path}", content, {**headers, **kind, **permit})


def send_at_once(shop: Shop, writes: Sequence[Write]) -> list[Response]:
    """The answers to requests that are sent at the same time."""
    with ThreadPoolExecutor(len(writes)) as pool:
        return list(pool.map(lambda write: write.send(shop), writes))


def is_replay(answer: Response) -> bool:
    """Whether an answer says that it was given before."""
    marks = [name in answer.headers for name in ("Idempotency-Relayed", "Idempotent-Replayed")]
    assert marks[0] == marks[1]
    return marks[0]


def request_of(write: Write) -> Request:
    """The request as the server sees it."""
    content = None if write.words is None else json.dumps(write.words)
    kind = None if content is None else "application/json"
    path = f"{API}{write.path}"
    return Request(EnvironBuilder(path, method=write.verb, data=content, content_type=kind).get_environ())


def make_idempotency_key(shop: Shop, write: Write, asks: Fingerprint = NOTHING) -> IdempotencyKey:
    """The ticket of a write: whose key it is."""
    claims = shop.container.get(Tokens).verify(write.token)
    return IdempotencyKey(claims.tenant_id, f"user:{claims.user_id}", write.key or "", asks, 60)


def is_leased(shop: Shop, write: Write) -> bool:
    """Return True while a process holds the lease of a write's key."""
    return (
        shop.container.get(IdempotencyRecordCacheManager).find_fingerprint(make_idempotency_key(shop, write))
        is not None
    )


def drafts(shop: Shop, name: str) -> int:
    """How many items of that name there are."""
    return int(shop.query_value("SELECT COUNT(*) FROM items WHERE name = %s", name))


def lines(shop: Shop, item: int, reason: str) -> int:
    """How many lines of that reason an item's ledger has."""
    return int(shop.query_value("SELECT COUNT(*) FROM stock_ledger WHERE item_id = %s AND reason = %s", item, reason))
