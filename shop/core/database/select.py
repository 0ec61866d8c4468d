"""Execution of a list query as SELECT statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shop.core.database.columns import ColumnMap
from shop.core.database.criteria import Criteria
from shop.core.database.keyset import SortKey, rows_after
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import AnyPage, CursorPage, Page, SimplePage
from shop.core.query.query import ListQuery
from shop.core.query.spec import Mode
from shop.core.query.values import pack_value, unpack_value
from shop.core.tenant import current_scope


@dataclass(frozen=True)
class ListStatement:
    """List query over the rows that meet the criteria.

    `list_id` identifies the list: its cursors are invalid in all others.
    """

    query: ListQuery
    columns: ColumnMap
    criteria: Criteria
    list_id: tuple[object, ...]

    def run(self, session: Session, cursors: CursorSigner) -> AnyPage[Any]:
        """Select a page in one statement; a total takes a second one.

        Raises ShopError FIELD_INVALID for a cursor of another list.
        """
        if self.query.mode is Mode.CURSOR:
            return self._by_cursor(session, cursors)
        request, rows = self.query.request, self._order(select(self.columns.key.class_))
        rows = rows.offset(request.offset)
        if self.query.mode is Mode.SIMPLE:
            # One more row than requested: it shows that another page follows.
            selected = session.scalars(rows.limit(request.per_page + 1)).all()
            return SimplePage(selected[: request.per_page], len(selected) > request.per_page, request)
        total = session.scalar(self._filter(select(func.count(self.columns.key)))) or 0
        return Page(session.scalars(rows.limit(request.per_page)).all(), total, request)

    def _by_cursor(self, session: Session, cursors: CursorSigner) -> CursorPage[Any]:
        keys, per_page = self._sort_keys(), self.query.request.per_page
        rows = self._order(select(self.columns.key.class_, *(key.expression for key in keys)))
        if self.query.cursor:
            rows = rows.where(rows_after(keys, self._read_position(cursors, self.query.cursor)))
        selected = session.execute(rows.limit(per_page + 1)).all()
        last = selected[per_page - 1] if len(selected) > per_page else None
        next_cursor = (
            cursors.sign({"of": self._fingerprint, "at": [pack_value(value) for value in last[1:]]}) if last else None
        )
        return CursorPage([row[0] for row in selected[:per_page]], next_cursor, per_page)

    def _read_position(self, cursors: CursorSigner, cursor: str) -> Sequence[Any]:
        position = cursors.read(cursor, "of", "at")
        try:
            if position["of"] != self._fingerprint:
                raise ValueError("The cursor belongs to another list, search or order.")
            return [
                unpack_value(sort.kind, value) for sort, value in zip(self.query.order, position["at"], strict=True)
            ]
        except (ValueError, TypeError, OverflowError) as error:
            raise ShopError(CoreExceptionCode.FIELD_INVALID, field="cursor") from error

    @property
    def _fingerprint(self) -> str:
        return self.query.fingerprint((current_scope(), *self.list_id))

    def _sort_keys(self) -> list[SortKey]:
        return [SortKey(self.columns.value_expression(sort.path), sort.descending) for sort in self.query.order]

    def _order(self, query: "Select[Any]") -> "Select[Any]":
        index = self.criteria.index if self.query.is_default_order and not self.query.terms else ""
        for dialect in ("mysql", "mariadb") if index else ():
            # Without the hint MariaDB starts at the index's equal part and scans every row before the cursor.
            query = query.with_hint(self.columns.key.class_, f"FORCE INDEX ({index})", dialect)
        return self._filter(query).order_by(*(key.order_clause for key in self._sort_keys()))

    def _filter(self, query: "Select[Any]") -> "Select[Any]":
        search = self.columns.build_filter(self.query)
        # Pushed as one grouped criterion, so that an `or` of the search cannot weaken the others.
        criteria = self.criteria if search is None else self.criteria.push(search)
        return query.where(criteria.clause())
