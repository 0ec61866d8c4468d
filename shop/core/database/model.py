"""Base class of Models."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, MetaData, String, event, inspect
from sqlalchemy.orm import ColumnProperty, DeclarativeBase, Mapped, QueryableAttribute, mapped_column

from shop.core.database.folding import fold_row, strip_end
from shop.core.database.mysql import CHARACTER_SET, COLLATION
from shop.core.database.types import BinaryUuid, UtcDateTime

# Tenant of requests that name none.
DEFAULT_TENANT = 1
# Independent of the defaults of the server and of the database.
_TABLE_OPTIONS = {
    f"{dialect}_{name}": value
    for dialect in ("mysql", "mariadb")
    for name, value in (("default_charset", CHARACTER_SET), ("collate", COLLATION))
}


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

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.__table__.dialect_kwargs.update(_TABLE_OPTIONS)  # type: ignore[attr-defined]  # a Table


@event.listens_for(Model, "attribute_instrument", propagate=True)
def _strip_texts(_model: type[Model], _name: str, attribute: QueryableAttribute[Any]) -> None:
    column = attribute.property.columns[0] if isinstance(attribute.property, ColumnProperty) else None
    if column is not None and isinstance(column.type, String | JSON):
        event.listen(attribute, "set", lambda _row, value, *_: strip_end(value), retval=True, propagate=True)


@event.listens_for(Model, "before_insert", propagate=True)
@event.listens_for(Model, "before_update", propagate=True)
def _fold_texts(_mapper: object, _connection: object, row: Model) -> None:
    fold_row(inspect(row))
