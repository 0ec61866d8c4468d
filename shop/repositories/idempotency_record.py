"""Questions to the table idempotency_records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, select, tuple_

from shop.core.repository import Repository
from shop.models.idempotency_record import IdempotencyRecord

_KEYS = (IdempotencyRecord.tenant_id, IdempotencyRecord.scope, IdempotencyRecord.key)


@dataclass(frozen=True)
class IdempotencyRecordRepository(Repository[IdempotencyRecord]):
    """Finds what is finished; nothing changes a record."""

    model = IdempotencyRecord

    def remove(self, place: tuple[int, str, str]) -> None:
        """Forget the record of (tenant, scope, key)."""
        self.session.execute(delete(IdempotencyRecord).where(*(c == v for c, v in zip(_KEYS, place, strict=True))))

    def find_expired(self, now: datetime, limit: int) -> Sequence[tuple[int, str, str]]:
        """(tenant, scope, key) of some whose life is over, oldest first."""
        query = select(*_KEYS).where(IdempotencyRecord.expires_at <= now).order_by(IdempotencyRecord.expires_at)
        return [tuple(row) for row in self.session.execute(query.limit(limit))]  # type: ignore[misc]  # rows of three

    def remove_many(self, places: Sequence[tuple[int, str, str]]) -> int:
        """Forget some records; how many there were."""
        # By primary key, not by age: a range would lock the gaps that live requests insert into.
        query = delete(IdempotencyRecord).where(tuple_(*_KEYS).in_(places))
        return cast("CursorResult[object]", self.session.execute(query)).rowcount
