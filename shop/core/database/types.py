"""Column types that behave alike on MySQL and SQLite."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import BINARY, BigInteger, DateTime, Dialect, Integer, LargeBinary
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator

# SQLite counts up an INTEGER primary key only; MySQL wants room for more than two billion rows.
BigId = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC moments with microseconds; the database stores them without a zone."""

    impl = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - given shape
        """Drop the zone; refuses a moment that has none, since nobody knows what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - given shape
        """Give the zone back."""
        return value.replace(tzinfo=UTC) if value else None


class BinaryUuid(TypeDecorator[UUID]):
    """A UUID in sixteen bytes, half of what its text takes in every index."""

    # SQLite would take BINARY for a number.
    impl = BINARY(16).with_variant(LargeBinary(16), "sqlite")
    cache_ok = True

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - given shape
        """Store the bytes."""
        return value.bytes if value else None

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> UUID | None:  # noqa: ARG002 - given shape
        """Read the bytes."""
        return UUID(bytes=bytes(value)) if value else None
