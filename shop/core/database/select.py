"""A question that is put to one Repository, and how its answer is cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shop.core.database.columns import Source
from shop.core.database.criteria import Criteria
from shop.core.database.keyset import Key, after
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.pagination.cursor import CursorSigner
from shop.core.pagination.pages import CursorPage, Listed, Page, SimplePage
from shop.core.query.query import Asked
from shop.core.query.spec import Mode
from shop.core.query.values import pack, unpack
from shop.core.tenant import current_scope


@dataclass(frozen=True)
class Question:
    """What was asked of the rows that meet the criteria. `about` names the list: its cursors go on in no other."""

    asked: Asked
    source: Source
    criteria: Criteria
    about: tuple[object, ...]

    def answer(self, session: Session, cursors: CursorSigner) -> Listed[Any]:
        """The rows, in one statement, and their number in another one where it was asked for.

        Raises ShopError FIELD_INVALID for a cursor that belongs elsewhere.
        """
        if self.asked.mode is Mode.CURSOR:
            return self._by_cursor(session, cursors)
        request, rows = self.asked.request, self._ordered(select(self.source.key.class_))
        rows = rows.offset(request.offset)
        if self.asked.mode is Mode.SIMPLE:
            found = session.scalars(rows.limit(request.per_page + 1)).all()
            return SimplePage(found[: request.per_page], len(found) > request.per_page, request)
        total = session.scalar(self._narrowed(select(func.count(self.source.key)))) or 0
        return Page(session.scalars(rows.limit(request.per_page)).all(), total, request)

    def _by_cursor(self, session: Session, cursors: CursorSigner) -> CursorPage[Any]:
        keys, per_page = self._keys(), self.asked.request.per_page
        rows = self._ordered(select(self.source.key.class_, *(key.expression for key in keys)))
        if self.asked.cursor:
            rows = rows.where(after(keys, self._position(cursors, self.asked.cursor)))
        found = session.execute(rows.limit(per_page + 1)).all()
        last = found[per_page - 1] if len(found) > per_page else None
        following = cursors.sign({"of": self._seal, "at": [pack(value) for value in last[1:]]}) if last else None
        return CursorPage([row[0] for row in found[:per_page]], following, per_page)

    def _position(self, cursors: CursorSigner, cursor: str) -> Sequence[Any]:
        position = cursors.read(cursor, "of", "at")
        try:
            if position["of"] != self._seal:
                raise ValueError("It is of another list, search or order.")
            return [unpack(sort.kind, value) for sort, value in zip(self.asked.order, position["at"], strict=True)]
        except (ValueError, TypeError, OverflowError) as error:
            raise ShopError(CoreExceptionCode.FIELD_INVALID, field="cursor") from error

    @property
    def _seal(self) -> str:
        return self.asked.seal((current_scope(), *self.about))

    def _keys(self) -> list[Key]:
        return [Key(self.source.value(sort.path), sort.descending) for sort in self.asked.order]

    def _ordered(self, query: "Select[Any]") -> "Select[Any]":
        index = self.criteria.index if self.asked.usual and not self.asked.terms else ""
        for dialect in ("mysql", "mariadb") if index else ():
            # Left alone, MariaDB looks up where the index's equal part begins, and passes by every row before a cursor.
            query = query.with_hint(self.source.key.class_, f"FORCE INDEX ({index})", dialect)
        return self._narrowed(query).order_by(*(key.sorting for key in self._keys()))

    def _narrowed(self, query: "Select[Any]") -> "Select[Any]":
        found = self.source.find(self.asked)
        # Pushed as one criterion: no `or` of a search reaches beyond it.
        criteria = self.criteria if found is None else self.criteria.push(found)
        return query.where(criteria.clause())
