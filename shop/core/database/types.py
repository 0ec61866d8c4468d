"""Column types that behave alike on MySQL and SQLite."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import BINARY, BigInteger, DateTime, Dialect, Integer, LargeBinary
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator

# SQLite increments an INTEGER primary key only; MySQL needs BIGINT for more than two billion rows.
BigId = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """Time in UTC with microseconds; the database stores it without a zone."""

    impl = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Convert to UTC without a zone; raises ValueError without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Add the zone UTC."""
        return value.replace(tzinfo=UTC) if value else None


class BinaryUuid(TypeDecorator[UUID]):
    """UUID in sixteen bytes, less than half the size of its text."""

    # SQLite would give BINARY the numeric affinity.
    impl = BINARY(16).with_variant(LargeBinary(16), "sqlite")
    cache_ok = True

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Store the bytes."""
        return value.bytes if value else None

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> UUID | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Read the bytes."""
        return UUID(bytes=bytes(value)) if value else None
