"""The base of Repositories: questions to exactly one Model."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Select, func, insert, inspect, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from shop.core.database.model import Model
from shop.core.database.select import ListStatement
from shop.core.database.tenant_filter import with_tenant_id
from shop.core.database.transaction import current_session
from shop.core.errors import DuplicateRow, ImpossibleRow
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import AnyPage, Page, PageRequest
from shop.core.tenant import current_scope

_MYSQL_DUPLICATE = 1062

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Repository(Generic[M]):
    """What every table can be asked; the rest is asked by name in the subclasses.

    All of it is asked for the tenant that is worked for, and no question says so: the session does.
    """

    model: ClassVar[type[Any]]

    @property
    def session(self) -> Session:
        """The session of the running transaction."""
        return current_session()

    def find(self, row_id: Any) -> M | None:
        """The row with that primary key."""
        return self.session.get(self.model, row_id)

    def create(self, **columns: Any) -> M:
        """Write a new row at once, so that it has its id; raises DuplicateRow and ImpossibleRow."""
        row: M = self.model(**columns)
        self.session.add(row)
        with self._translate_errors():
            self.session.flush()
        return row

    def create_many(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write many rows in one statement, a mapping of columns each; raises DuplicateRow and ImpossibleRow."""
        if rows:
            with self._translate_errors():
                # The table, not the Model: these rows become no objects, and a quarter of the time is saved.
                self.session.execute(insert(self.model.__table__), with_tenant_id(rows, current_scope()))

    def page(self, query: "Select[M]", request: PageRequest) -> Page[M]:
        """One page of the query's rows, and how many there are in all."""
        total = self.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        rows = self.session.scalars(query.offset(request.offset).limit(request.per_page)).all()
        return Page(rows, total, request)

    def select_page(self, statement: ListStatement, cursors: CursorSigner) -> AnyPage[M]:
        """The rows that a question asks for; raises ShopError FIELD_INVALID for a cursor of another question."""
        return statement.run(self.session, cursors)

    def find_many(self, row_ids: Collection[Any]) -> dict[Any, M]:
        """Primary key -> row of those that there are, in one statement."""
        key = inspect(self.model).primary_key[0]
        rows = self.session.scalars(select(self.model).where(key.in_(row_ids))) if row_ids else ()
        return {inspect(row).identity[0]: row for row in rows}

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, DataError) as error:
            reason = error.orig.args[0] if error.orig else None
            duplicate = reason == _MYSQL_DUPLICATE or str(reason).startswith("UNIQUE")
            raise (DuplicateRow if duplicate else ImpossibleRow)(f"{self.model.__tablename__}: {error.orig}") from error
