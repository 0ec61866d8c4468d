"""Rules of idempotency records: what is kept of a finished request, and for how long."""

from dataclasses import dataclass

from shop.cache_managers.idempotency_record import IdempotencyRecordCacheManager
from shop.constants.idempotency_record import PURGE_BATCH
from shop.core.clock import Clock
from shop.core.idempotency.record import IdempotencyKey, IdempotencyStore, StoredResponse
from shop.core.settings.settings import Settings
from shop.repositories.idempotency_record import IdempotencyRecordRepository


@dataclass(frozen=True)
class IdempotencyRecordService(IdempotencyStore):
    """Keeps leases in Redis and records in the database, for the entrance."""

    records: IdempotencyRecordRepository
    leases: IdempotencyRecordCacheManager
    clock: Clock
    settings: Settings

    def lease(self, ticket: IdempotencyKey, token: str) -> str | None:
        """None when the lease is ours, else what its holder asks for; raises RedisError."""
        return self.leases.acquire(ticket, token, self.settings.idempotency_lease_seconds)

    def release(self, ticket: IdempotencyKey, token: str) -> None:
        """Give our lease back, and no other; raises RedisError."""
        self.leases.release(ticket, token)

    def find(self, ticket: IdempotencyKey) -> StoredResponse | None:
        """The record of a ticket, an expired one included."""
        row = self.records.find(ticket[:3])
        if row is None:
            return None
        asks = f"{row.method} {row.path} {row.fingerprint}"
        return StoredResponse(asks, row.status, row.headers, None if row.body_omitted else row.body, row.expires_at)

    def save(self, ticket: IdempotencyKey, kept: StoredResponse) -> None:
        """Write the record; raises DuplicateRow."""
        self.records.create(
            tenant_id=ticket.tenant_id,
            scope=ticket.scope,
            key=ticket.value,
            method=ticket.fingerprint.method,
            path=ticket.fingerprint.path,
            fingerprint=" ".join(ticket.fingerprint[2:]),
            status=kept.status,
            headers=kept.headers,
            body=kept.body,
            body_omitted=kept.body is None,
            created_at=self.clock.now(),
            expires_at=kept.expires_at,
        )

    def delete(self, ticket: IdempotencyKey, kept: StoredResponse) -> None:
        """Forget this record, and none that took its place."""
        self.records.remove(ticket[:3], kept.expires_at)

    def purge(self) -> int:
        """Forget some records whose life is over; how many."""
        now = self.clock.now()
        expired = self.records.find_expired(now, PURGE_BATCH)
        return self.records.remove_many(expired, now) if expired else 0
