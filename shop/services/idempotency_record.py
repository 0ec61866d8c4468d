"""Rules of idempotency records, which store finished requests."""

from dataclasses import dataclass

from shop.cache_managers.idempotency_record import IdempotencyRecordCacheManager
from shop.constants.idempotency_record import PURGE_BATCH
from shop.core.clock import Clock
from shop.core.idempotency.record import IdempotencyKey, IdempotencyStore, StoredResponse
from shop.core.settings.settings import Settings
from shop.repositories.idempotency_record import IdempotencyRecordRepository


@dataclass(frozen=True)
class IdempotencyRecordService(IdempotencyStore):
    """Keeps leases in Redis and records in the database."""

    records: IdempotencyRecordRepository
    leases: IdempotencyRecordCacheManager
    clock: Clock
    settings: Settings

    def lease(self, key: IdempotencyKey, token: str) -> str | None:
        """Acquire the lease of a key; raises RedisError.

        Returns None on success, else the request of the holder.
        """
        return self.leases.acquire(key, token, self.settings.idempotency_lease_seconds)

    def release(self, key: IdempotencyKey, token: str) -> None:
        """Release the lease if the token holds it; raises RedisError."""
        self.leases.release(key, token)

    def find(self, key: IdempotencyKey) -> StoredResponse | None:
        """Return the record of a key, even an expired one."""
        row = self.records.find(key[:3])
        if row is None:
            return None
        request = f"{row.method} {row.path} {row.fingerprint}"
        return StoredResponse(request, row.status, row.headers, None if row.body_omitted else row.body, row.expires_at)

    def save(self, key: IdempotencyKey, response: StoredResponse) -> None:
        """Write the record of a key; raises DuplicateRow."""
        self.records.create(
            tenant_id=key.tenant_id,
            scope=key.scope,
            key=key.value,
            method=key.fingerprint.method,
            path=key.fingerprint.path,
            fingerprint=" ".join(key.fingerprint[2:]),
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

    def purge(self) -> int:
        """Delete a batch of expired records; return their number."""
        now = self.clock.now()
        expired = self.records.find_expired(now, PURGE_BATCH)
        return self.records.remove_many(expired, now) if expired else 0
