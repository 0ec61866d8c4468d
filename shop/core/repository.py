"""The base of Repositories: questions to exactly one Model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Select, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.core.errors import DuplicateRow
from shop.core.model import Model
from shop.core.pagination import Page, PageRequest
from shop.core.transaction import current_session

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Repository(Generic[M]):
    """What every table can be asked; the rest is asked by name in the subclasses."""

    model: ClassVar[type[Any]]

    @property
    def session(self) -> Session:
        """The session of the running transaction."""
        return current_session()

    def find(self, row_id: Any) -> M | None:
        """The row with that primary key."""
        return self.session.get(self.model, row_id)

    def create(self, **columns: Any) -> M:
        """Write a new row at once, so that it has its id; raises DuplicateRow."""
        row: M = self.model(**columns)
        self.session.add(row)
        self._flush()
        return row

    def create_many(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write many rows in one statement, a mapping of columns each; raises DuplicateRow."""
        if not rows:
            return
        try:
            # The table, not the Model: these rows become no objects, and a quarter of the time is saved.
            self.session.execute(insert(self.model.__table__), rows)
        except IntegrityError as error:
            raise DuplicateRow(self.model.__tablename__) from error

    def page(self, query: "Select[M]", request: PageRequest) -> Page[M]:
        """One page of the query's rows, and how many there are in all."""
        total = self.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        rows = self.session.scalars(query.offset(request.offset).limit(request.per_page)).all()
        return Page(rows, total, request)

    def _flush(self) -> None:
        try:
            self.session.flush()
        except IntegrityError as error:
            raise DuplicateRow(self.model.__tablename__) from error
