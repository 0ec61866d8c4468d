"""Rules of idempotency records, which store finished requests."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shop.cache_managers.idempotency_record import IdempotencyRecordCacheManager
from shop.constants.idempotency_record import PURGE_BATCH
from shop.core.clock import Clock
from shop.core.idempotency.integrity import is_intact
from shop.core.idempotency.record import IdempotencyKey, IdempotencyStore, StoredResponse, UnreadableRecord
from shop.core.settings.settings import Settings
from shop.repositories.idempotency_record import IdempotencyRecordRepository

if TYPE_CHECKING:
    from shop.models.idempotency_record import IdempotencyRecord

# Errors of SQLAlchemy's types for a value that they cannot read.
_DAMAGE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)


@dataclass(frozen=True)
class IdempotencyRecordService(IdempotencyStore):
    """Keeps leases in Redis and records in the database."""

    records: IdempotencyRecordRepository
    leases: IdempotencyRecordCacheManager
    clock: Clock
    settings: Settings

    def lease(self, key: IdempotencyKey, token: str, over: str = "") -> str | None:
        """Acquire the lease of a key; raises RedisError and UnreadableRecord.

        Returns None on success, else the request of the holder; that of a note begins with NOTE.
        """
        return self.leases.acquire(key, token, self.settings.idempotency_lease_seconds, over)

    def release(self, key: IdempotencyKey, token: str, note_seconds: float = 0) -> None:
        """Release the lease if the token holds it; raises RedisError.

        With `note_seconds` it becomes a note.
        """
        self.leases.release(key, token, note_seconds)

    def find(self, key: IdempotencyKey) -> StoredResponse | None:
        """Return the record of a key, even an expired one; raises UnreadableRecord."""
        try:
            row = self.records.find(key[:3])
        except _DAMAGE as error:
            raise UnreadableRecord("a column has a value of another type") from error
        return _to_stored(row) if row else None

    def save(self, key: IdempotencyKey, response: StoredResponse) -> None:
        """Write the record of a key; raises DuplicateRow."""
        self.records.create(
            tenant_id=key.tenant_id,
            scope=key.scope,
            key=key.value,
            method=key.fingerprint.method,
            path=key.fingerprint.path,
            fingerprint=" ".join(key.fingerprint.parts[2:]),
            status=response.status,
            headers=response.headers,
            body=response.body,
            body_omitted=response.body is None,
            created_at=self.clock.now(),
            expires_at=response.expires_at,
        )

    def delete(self, key: IdempotencyKey, response: StoredResponse) -> None:
        """Delete this record, but none that replaced it."""
        self.records.remove(key[:3], response.expires_at)

    def delete_unreadable(self, key: IdempotencyKey) -> None:
        """Delete the record of a key if it is damaged."""
        # Locked: another request may have replaced the record since it was read.
        with suppress(*_DAMAGE):
            row = self.records.lock(key[:3])
            if row is None or is_intact(_to_stored(row)):
                return
        self.records.remove_key(key[:3])

    def purge(self) -> int:
        """Delete a batch of expired records; return their number."""
        now = self.clock.now()
        expired = self.records.find_expired(now, PURGE_BATCH)
        return self.records.remove_many(expired, now) if expired else 0


def _to_stored(row: "IdempotencyRecord") -> StoredResponse:
    # A body that is missing without a reason is damaged, and an empty text is no JSON.
    body = None if row.body_omitted else row.body or b""
    request = f"{row.method} {row.path} {row.fingerprint}"
    return StoredResponse(request, row.status, row.headers, body, row.expires_at)
