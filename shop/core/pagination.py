"""Pages of a list: by number, or by a signed cursor that stays true while rows are added."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from itsdangerous import BadSignature, URLSafeSerializer
from marshmallow import Schema, fields
from marshmallow.validate import Range

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.tokens import Tokens
from shop.core.wire import ID_MAX, Text, WholeNumber

PER_PAGE_DEFAULT = 15
PER_PAGE_MAX = 100

PAGE_MAX = 1_000_000
CURSOR_MAX = 1000
LINK_MAX = 2000

T = TypeVar("T")


class PageFields:
    """The words of a query that asks for a page."""

    page = WholeNumber(from_text=True, load_default=1, validate=Range(1, PAGE_MAX))
    per_page = WholeNumber(from_text=True, load_default=PER_PAGE_DEFAULT, validate=Range(1, PER_PAGE_MAX))
    cursor = Text(CURSOR_MAX, least=1, metadata={"example": "eyJpZCI6NDJ9.what-the-page-before-said"})


class LinksSchema(Schema):
    """Where the pages beside this one are."""

    next = Text(LINK_MAX, required=True, allow_none=True)


class PageLinksSchema(LinksSchema):
    """Where the pages beside this one are; null at the ends."""

    previous = Text(LINK_MAX, required=True, allow_none=True)


class PaginationSchema(Schema):
    """A page among numbered ones; `count` rows are on it."""

    total = WholeNumber(required=True, validate=Range(0, ID_MAX))
    count = WholeNumber(required=True, validate=Range(0, PER_PAGE_MAX))
    per_page = WholeNumber(required=True, validate=Range(1, PER_PAGE_MAX))
    current_page = WholeNumber(required=True, validate=Range(1, PAGE_MAX))
    total_pages = WholeNumber(required=True, validate=Range(1, ID_MAX))
    links = fields.Nested(PageLinksSchema, required=True)


class CursorPaginationSchema(Schema):
    """A page that `next_cursor` continues; null at the end."""

    count = WholeNumber(required=True, validate=Range(0, PER_PAGE_MAX))
    per_page = WholeNumber(required=True, validate=Range(1, PER_PAGE_MAX))
    next_cursor = Text(CURSOR_MAX, required=True, allow_none=True)
    links = fields.Nested(LinksSchema, required=True)


class PageMetaSchema(Schema):
    """What is said about the rows."""

    pagination = fields.Nested(PaginationSchema, required=True)


class CursorMetaSchema(Schema):
    """What is said about the rows."""

    pagination = fields.Nested(CursorPaginationSchema, required=True)


@dataclass(frozen=True)
class PageRequest:
    """Which page: counted from one, and how many rows it holds."""

    page: int = 1
    per_page: int = PER_PAGE_DEFAULT

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.per_page


@dataclass(frozen=True)
class Page(Generic[T]):
    """The rows of one page and how many there are in all."""

    rows: Sequence[T]
    total: int
    request: PageRequest

    def with_rows(self, rows: Sequence[Any]) -> "Page[Any]":
        """The same page, told in other rows."""
        return Page(rows, self.total, self.request)

    def meta(self, path: str) -> dict[str, Any]:
        """The `pagination` object of the envelope; links are null at the ends."""
        pages = max(1, ceil(self.total / self.request.per_page))
        return {
            "total": self.total,
            "count": len(self.rows),
            "per_page": self.request.per_page,
            "current_page": self.request.page,
            "total_pages": pages,
            "links": {
                "previous": self._link(path, self.request.page - 1, pages),
                "next": self._link(path, self.request.page + 1, pages),
            },
        }

    def _link(self, path: str, page: int, pages: int) -> str | None:
        if not 1 <= page <= pages:
            return None
        return f"{path}?{urlencode({'page': page, 'per_page': self.request.per_page})}"


@dataclass(frozen=True)
class CursorPage(Generic[T]):
    """Some rows, and the cursor of what follows them (None: that was the end)."""

    rows: Sequence[T]
    next_cursor: str | None
    per_page: int

    def meta(self, path: str) -> dict[str, Any]:
        """The `pagination` object of the envelope."""
        query = urlencode({"cursor": self.next_cursor, "per_page": self.per_page})
        return {
            "count": len(self.rows),
            "per_page": self.per_page,
            "next_cursor": self.next_cursor,
            "links": {"next": f"{path}?{query}" if self.next_cursor else None},
        }


@dataclass(frozen=True)
class CursorSigner:
    """Turns a position into an opaque text and back; a text it did not make is refused."""

    tokens: Tokens

    def sign(self, position: Mapping[str, Any]) -> str:
        """The cursor for a position of JSON-safe values."""
        return str(self._serializer.dumps(dict(position)))

    def read(self, cursor: str, *names: str) -> dict[str, Any]:
        """The position of a cursor; raises ShopError FIELD_INVALID when it is none of this list."""
        try:
            position = dict(self._serializer.loads(cursor))
        except BadSignature as error:
            raise ShopError(CoreExceptionCode.FIELD_INVALID, field="cursor") from error
        if position.keys() != set(names):
            # It is ours, but of another list.
            raise ShopError(CoreExceptionCode.FIELD_INVALID, field="cursor")
        return position

    @property
    def _serializer(self) -> URLSafeSerializer:
        # The last one signs, all verify: a cursor outlives a change of keys, as a token does.
        return URLSafeSerializer(
            self.tokens.ring.secrets, salt="cursor", signer_kwargs={"digest_method": hashlib.sha256}
        )
