"""Queries of the table idempotency_records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from shop.core.database.repository import Repository
from shop.models.idempotency_record import IdempotencyRecord

_KEY_COLUMNS = (IdempotencyRecord.tenant_id, IdempotencyRecord.scope, IdempotencyRecord.key)


@dataclass(frozen=True)
class IdempotencyRecordRepository(Repository[IdempotencyRecord]):
    """Repository of idempotency records; records are never updated."""

    model = IdempotencyRecord

    def remove(self, record_key: tuple[int, str, str], expires_at: datetime) -> None:
        """Delete the record of (tenant, scope, key) that expires at that time.

        A newer record of the same key has another expiry and stays.
        """
        self.delete_where(tuple_(*_KEY_COLUMNS) == record_key, IdempotencyRecord.expires_at == expires_at)

    def remove_key(self, record_key: tuple[int, str, str]) -> None:
        """Delete the record of (tenant, scope, key)."""
        self.delete_where(tuple_(*_KEY_COLUMNS) == record_key)

    def find_expired(self, now: datetime, limit: int) -> Sequence[tuple[int, str, str]]:
        """Return (tenant, scope, key) of expired records, oldest first."""
        query = select(*_KEY_COLUMNS).where(IdempotencyRecord.expires_at <= now).order_by(IdempotencyRecord.expires_at)
        return [tuple(row) for row in self.session.execute(query.limit(limit))]  # type: ignore[misc]  # rows of three

    def remove_many(self, record_keys: Sequence[tuple[int, str, str]], now: datetime) -> int:
        """Delete the expired ones of some records and return their number."""
        # By primary key: a range of ages would lock the gaps that live requests insert into. And by age: a key that is
        # in use again since the search has a newer record, which must stay.
        return self.delete_where(tuple_(*_KEY_COLUMNS).in_(record_keys), IdempotencyRecord.expires_at <= now)
