"""Table idempotency_records."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from shop.constants.idempotency_record import FINGERPRINT_MAX, KEY_MAX, METHOD_MAX, PATH_MAX, SCOPE_MAX
from shop.core.database.model import Model

# Keys are ASCII: compared exactly, one byte per character.
EXACT_ASCII = {"charset": "ascii", "collation": "ascii_bin"}


class IdempotencyRecord(Model):
    """Finished request and its stored response.

    Written in the transaction of the request, so that both are committed or neither.
    """

    __tablename__ = "idempotency_records"
    __table_args__ = (Index(None, "expires_at"),)

    tenant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # Owner of the key. Two columns, since different scopes and keys could give the same joined text.
    scope: Mapped[str] = mapped_column(
        String(SCOPE_MAX).with_variant(mysql.VARCHAR(SCOPE_MAX, **EXACT_ASCII), "mysql", "mariadb"), primary_key=True
    )
    key: Mapped[str] = mapped_column(
        String(KEY_MAX).with_variant(mysql.VARCHAR(KEY_MAX, **EXACT_ASCII), "mysql", "mariadb"), primary_key=True
    )
    method: Mapped[str] = mapped_column(String(METHOD_MAX))
    # A digest, like the parts of the fingerprint.
    path: Mapped[str] = mapped_column(String(PATH_MAX))
    fingerprint: Mapped[str] = mapped_column(String(FINGERPRINT_MAX))
    status: Mapped[int]
    headers: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes | None] = mapped_column(LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb"))
    # The body was too large or streamed, so a replay has none.
    body_omitted: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
