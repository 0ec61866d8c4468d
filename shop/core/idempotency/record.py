"""A keyed request, what is kept of it, and what whoever keeps it promises."""

import hashlib
import re
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol

import orjson
from flask import Response, after_this_request, g, has_request_context

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.idempotency.fingerprint import Fingerprint

# What the column of scopes holds letter by letter.
_SCOPE = re.compile(r"[\x21-\x7e]{1,64}")


class Principal(Protocol):
    """Whose request it is."""

    @property
    def user_id(self) -> int:
        """The user."""

    @property
    def tenant_id(self) -> int:
        """The tenant."""


class IdempotencyKey(NamedTuple):
    """A keyed request: whose key it is, and what it asks for. `ttl` in seconds."""

    tenant_id: int
    scope: str
    value: str
    fingerprint: Fingerprint
    ttl: int

    @property
    def owner(self) -> int | str:
        """The user whose key it is, else the scope that several share."""
        kind, _, user_id = self.scope.partition(":")
        return int(user_id) if kind == "user" and user_id.isdigit() else self.scope

    @property
    def digest(self) -> str:
        """A digest that stands for tenant, scope and key, for Redis and the log: the key itself is the caller's."""
        return hashlib.sha256(orjson.dumps([self.tenant_id, self.scope, self.value])).hexdigest()[:32]


class StoredResponse(NamedTuple):
    """The answer to a finished request; no body when it was too large to keep."""

    fingerprint: str
    status: int
    headers: str
    body: bytes | None
    expires_at: datetime


class IdempotencyStore(Protocol):
    """Where leases and records are kept; the last three need a transaction."""

    def lease(self, key: IdempotencyKey, token: str) -> str | None:
        """None when the lease is ours, else what its holder asks for; raises RedisError."""

    def release(self, key: IdempotencyKey, token: str) -> None:
        """Give our lease back, and no other; raises RedisError."""

    def find(self, key: IdempotencyKey) -> StoredResponse | None:
        """The record of a ticket, an expired one included."""

    def save(self, key: IdempotencyKey, response: StoredResponse) -> None:
        """Write the record; raises DuplicateRow."""

    def delete(self, key: IdempotencyKey, response: StoredResponse) -> None:
        """Forget this record, and none that took its place."""


def storable_scope(scope: str) -> str:
    """A scope as it is stored: as it is where it fits, else a digest of it."""
    return scope if _SCOPE.fullmatch(scope) else hashlib.sha256(scope.encode("utf-8", "surrogatepass")).hexdigest()


def current_idempotency_key() -> IdempotencyKey | None:
    """The ticket of the request that is being served, for a route that keeps its own record."""
    ticket: IdempotencyKey | None = g.get("idempotency_key")
    return ticket


def add_replay_headers(key: IdempotencyKey, answer: Response) -> Response:
    """Say of an answer that it, or the order it tells of, was there before."""
    answer.headers["Idempotency-Relayed"] = key.value
    answer.headers["Idempotent-Replayed"] = "true"
    return answer


def add_replay_headers_later() -> None:
    """The same of the answer that will be given, for a route that keeps its own record."""
    ticket = current_idempotency_key() if has_request_context() else None
    if ticket:
        after_this_request(partial(add_replay_headers, ticket))


def require_same_request(key: IdempotencyKey, fingerprint: str) -> None:
    """Raise ShopError when a ticket asks for something else than its key was used for."""
    if part := key.fingerprint.find_difference(fingerprint):
        codes = {"method": CoreExceptionCode.KEY_OTHER_METHOD, "path": CoreExceptionCode.KEY_OTHER_PATH}
        raise ShopError(codes.get(part, CoreExceptionCode.KEY_OTHER_REQUEST), part=part)
