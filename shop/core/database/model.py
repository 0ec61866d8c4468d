"""Base class of Models."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shop.core.database.types import BinaryUuid, UtcDateTime

# Tenant of requests that name none.
DEFAULT_TENANT = 1


class Model(DeclarativeBase):
    """Base of all Models. The session fills in `tenant_id` of new rows."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), UUID: BinaryUuid()}

    tenant_id: Mapped[int] = mapped_column()
