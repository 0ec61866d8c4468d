"""Base class of Repositories: statements for exactly one Model."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, CursorResult, Select, delete, func, insert, inspect, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from shop.core.database.bulk_insert import insert_rows
from shop.core.database.model import Model
from shop.core.database.select import ListStatement
from shop.core.database.tenant_filter import with_tenant_id
from shop.core.database.transaction import current_session
from shop.core.errors import DuplicateRow, ImpossibleRow
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import AnyPage, Page, PageRequest
from shop.core.tenant import ALL_TENANTS, current_scope

_MYSQL_DUPLICATE = 1062

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Repository(Generic[M]):
    """Statements that every table supports; subclasses add their own.

    The session adds the tenant to each of them.
    """

    model: ClassVar[type[Any]]

    @property
    def session(self) -> Session:
        """Session of the running transaction."""
        return current_session()

    def find(self, row_id: Any) -> M | None:
        """Return the row with that primary key, or None."""
        return self.session.get(self.model, row_id)

    def lock(self, row_id: Any) -> M | None:
        """Lock a row until the transaction ends and return its current state."""
        # Read again even when the session has the row: it may have changed during the wait for the lock.
        return self.session.get(self.model, row_id, with_for_update=True, populate_existing=True)

    def create(self, **columns: Any) -> M:
        """Insert a row at once, so that it has its id.

        Raises DuplicateRow and ImpossibleRow.
        """
        row: M = self.model(**columns)
        self.session.add(row)
        with self._translate_errors():
            self.session.flush()
        return row

    def create_many(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, given as mappings of columns, in one statement.

        Raises DuplicateRow and ImpossibleRow.
        """
        scope, table = current_scope(), self.model.__table__
        if rows:
            with self._translate_errors():
                # The filter of a single tenant refuses statements in text.
                if scope is not ALL_TENANTS or not insert_rows(self.session.connection(), table, rows):
                    # With the table instead of the Model no objects are created, which saves a quarter of the time.
                    self.session.execute(insert(table), with_tenant_id(rows, scope))

    def page(self, query: "Select[M]", request: PageRequest) -> Page[M]:
        """Return one page of the query's rows with the total."""
        total = self.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        rows = self.session.scalars(query.offset(request.offset).limit(request.per_page)).all()
        return Page(rows, total, request)

    def select_page(self, statement: ListStatement, cursors: CursorSigner) -> AnyPage[M]:
        """Run a list statement.

        Raises ShopError FIELD_INVALID for a cursor of another query.
        """
        return statement.run(self.session, cursors)

    def find_many(self, row_ids: Collection[Any]) -> dict[Any, M]:
        """Return the existing rows by primary key, with one statement."""
        key = inspect(self.model).primary_key[0]
        rows = self.session.scalars(select(self.model).where(key.in_(row_ids))) if row_ids else ()
        return {inspect(row).identity[0]: row for row in rows}

    def delete_where(self, *conditions: ColumnElement[bool]) -> int:
        """Delete the rows that meet all conditions; returns their number."""
        return cast("CursorResult[object]", self.session.execute(delete(self.model).where(*conditions))).rowcount

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, DataError) as error:
            reason = error.orig.args[0] if error.orig else None
            duplicate = reason == _MYSQL_DUPLICATE or str(reason).startswith("UNIQUE")
            raise (DuplicateRow if duplicate else ImpossibleRow)(f"{self.model.__tablename__}: {error.orig}") from error
