"""Idempotency key, stored response and the contract of their store."""

import hashlib
import re
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol

import orjson
from flask import Response, after_this_request, has_request_context

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.request import current_state
from shop.core.idempotency.fingerprint import Fingerprint
from shop.core.idempotency.key_spelling import find_other_spelling

# Beginning of a note, which is a lease without a token.
NOTE = "|"
# Scopes that fit the database column unchanged.
_SCOPE = re.compile(r"[\x21-\x7e]{1,64}")


class Principal(Protocol):
    """Owner of a request."""

    @property
    def user_id(self) -> int:
        """Id of the user."""

    @property
    def tenant_id(self) -> int:
        """Id of the tenant."""


class IdempotencyKey(NamedTuple):
    """Idempotency key of a request, with its scope and fingerprint.

    `ttl` is in seconds.
    """

    tenant_id: int
    scope: str
    value: str
    fingerprint: Fingerprint
    ttl: int

    @property
    def owner(self) -> int | str:
        """Id of the user that owns the key, else the shared scope."""
        kind, _, user_id = self.scope.partition(":")
        return int(user_id) if kind == "user" and user_id.isdigit() else self.scope

    @property
    def spellings(self) -> "tuple[IdempotencyKey, ...]":
        """The key as it was sent, and in its other spelling."""
        other = find_other_spelling(self.value)
        return (self, self._replace(value=other)) if other else (self,)

    @property
    def digest(self) -> str:
        """Digest of tenant, scope and key, for Redis keys and the log.

        Clients may put private data into a key, so the key itself is not logged.
        """
        return hashlib.sha256(orjson.dumps([self.tenant_id, self.scope, self.value])).hexdigest()[:32]


class StoredResponse(NamedTuple):
    """Response to a finished request.

    `headers` is a JSON list of pairs. `body` is None when it was too large to store.
    """

    fingerprint: str
    status: int
    headers: str
    body: bytes | None
    expires_at: datetime


class UnreadableRecord(Exception):  # noqa: N818 - describes the record; IdempotentCall converts it to a ShopError
    """A record that was damaged."""


class IdempotencyStore(Protocol):
    """Store of leases, notes and records.

    A note tells a purchase that its key was used, since a purchase reads no records. `find`, `save`, `delete` and
    `delete_unreadable` need a transaction; they know the key in one spelling only.
    """

    def lease(self, key: IdempotencyKey, token: str, over: str = "") -> str | None:
        """Take the lease of a key, in all its spellings.

        Returns None on success, else the fingerprint of the holder's request; that of a note begins with NOTE. A note
        `over` is replaced by the lease. Raises RedisError, and UnreadableRecord for a damaged note, which is deleted.
        """

    def release(self, key: IdempotencyKey, token: str, note_seconds: float = 0) -> None:
        """Release the lease that was taken with this token.

        With `note_seconds` it becomes a note of that life. Raises RedisError.
        """

    def find(self, key: IdempotencyKey) -> StoredResponse | None:
        """Return the record of a key, also an expired one, or None.

        Raises UnreadableRecord.
        """

    def save(self, key: IdempotencyKey, response: StoredResponse) -> None:
        """Write the record of a key.

        Raises DuplicateRow.
        """

    def delete(self, key: IdempotencyKey, response: StoredResponse) -> None:
        """Delete this record, but not a newer one of the same key."""

    def delete_unreadable(self, key: IdempotencyKey) -> None:
        """Delete the record of a key if it is damaged."""


def storable_scope(scope: str) -> str:
    """Return the scope if it fits the column, else its digest."""
    return scope if _SCOPE.fullmatch(scope) else hashlib.sha256(scope.encode("utf-8", "surrogatepass")).hexdigest()


def current_idempotency_key() -> IdempotencyKey | None:
    """Return the key of the current request, or None.

    Set only for routes that store their result themselves.
    """
    key: IdempotencyKey | None = current_state().get("idempotency_key")
    return key


def add_replay_headers(key: IdempotencyKey, response: Response) -> Response:
    """Mark a response as a replay."""
    response.headers["Idempotency-Relayed"] = key.value
    response.headers["Idempotent-Replayed"] = "true"
    return response


def add_replay_headers_later() -> None:
    """Mark the response of the current request as a replay.

    For routes that store their result themselves; without a key it does nothing.
    """
    key = current_idempotency_key() if has_request_context() else None
    if key:
        after_this_request(partial(add_replay_headers, key))


def require_same_request(key: IdempotencyKey, fingerprint: str) -> None:
    """Raise ShopError when a key was used for another request.

    `fingerprint` is the stored form of the first request's fingerprint.
    """
    if part := key.fingerprint.find_difference(fingerprint):
        codes = {"method": CoreExceptionCode.KEY_OTHER_METHOD, "path": CoreExceptionCode.KEY_OTHER_PATH}
        raise ShopError(codes.get(part, CoreExceptionCode.KEY_OTHER_REQUEST), part=part)
