"""Questions to the table idempotency_records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from shop.core.database.repository import Repository
from shop.models.idempotency_record import IdempotencyRecord

_KEY_COLUMNS = (IdempotencyRecord.tenant_id, IdempotencyRecord.scope, IdempotencyRecord.key)


@dataclass(frozen=True)
class IdempotencyRecordRepository(Repository[IdempotencyRecord]):
    """Finds what is finished; nothing changes a record."""

    model = IdempotencyRecord

    def remove(self, record_key: tuple[int, str, str], expires_at: datetime) -> None:
        """Forget the record of (tenant, scope, key) that ends then; its key may have been used anew meanwhile."""
        self.delete_where(tuple_(*_KEY_COLUMNS) == record_key, IdempotencyRecord.expires_at == expires_at)

    def find_expired(self, now: datetime, limit: int) -> Sequence[tuple[int, str, str]]:
        """(tenant, scope, key) of some whose life is over, oldest first."""
        query = select(*_KEY_COLUMNS).where(IdempotencyRecord.expires_at <= now).order_by(IdempotencyRecord.expires_at)
        return [tuple(row) for row in self.session.execute(query.limit(limit))]  # type: ignore[misc]  # rows of three

    def remove_many(self, record_keys: Sequence[tuple[int, str, str]], now: datetime) -> int:
        """Forget those of some records whose life is over; how many there were."""
        # By primary key: a range of ages would lock the gaps that live requests insert into. And by age: a key that was
        # used anew since somebody looked has a record that has to stay.
        return self.delete_where(tuple_(*_KEY_COLUMNS).in_(record_keys), IdempotencyRecord.expires_at <= now)
