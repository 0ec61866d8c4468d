"""Pages of a list: by number, or by a signed cursor that stays true while rows are added."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Generic, TypeVar

from itsdangerous import BadSignature, URLSafeSerializer
from marshmallow import Schema, fields
from marshmallow.validate import Range

from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.lists.links import Here
from shop.core.tokens import Tokens
from shop.core.wire import ID_MAX, Text, WholeNumber

PER_PAGE_DEFAULT = 15
PER_PAGE_MAX = 100

PAGE_MAX = 1_000_000
# It carries what the last row is sorted by: some texts of two hundred characters at most.
CURSOR_MAX = 4000
CURSOR_EXAMPLE = "eyJpZCI6NDJ9.what-the-page-before-said"
LINK_MAX = 16_000

T = TypeVar("T")


class PageFields:
    """The words of a query that asks for a page."""

    page = WholeNumber(from_text=True, load_default=1, validate=Range(1, PAGE_MAX))
    per_page = WholeNumber(from_text=True, load_default=PER_PAGE_DEFAULT, validate=Range(1, PER_PAGE_MAX))
    cursor = Text(CURSOR_MAX, least=1, metadata={"example": CURSOR_EXAMPLE})


class LinksSchema(Schema):
    """Where the pages beside this one are; null at the ends."""

    next = Text(LINK_MAX, required=True, allow_none=True)
    previous = Text(LINK_MAX, required=True, allow_none=True)


class PaginationSchema(Schema):
    """A page among numbered ones; `count` rows are on it."""

    total = WholeNumber(required=True, validate=Range(0, ID_MAX))
    count = WholeNumber(required=True, validate=Range(0, PER_PAGE_MAX))
    per_page = WholeNumber(required=True, validate=Range(1, PER_PAGE_MAX))
    current_page = WholeNumber(required=True, validate=Range(1, PAGE_MAX))
    total_pages = WholeNumber(required=True, validate=Range(1, ID_MAX))
    links = fields.Nested(LinksSchema, required=True)


class PageMetaSchema(Schema):
    """What is said about the rows."""

    pagination = fields.Nested(PaginationSchema, required=True)


@dataclass(frozen=True)
class PageRequest:
    """Which page: counted from one, and how many rows it holds."""

    page: int = 1
    per_page: int = PER_PAGE_DEFAULT

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.per_page

    def link(self, here: Here, steps: int) -> str:
        """Where the page is that is so many further on."""
        return here.link(page=self.page + steps, per_page=self.per_page)


@dataclass(frozen=True)
class Page(Generic[T]):
    """The rows of one page and how many there are in all."""

    rows: Sequence[T]
    total: int
    request: PageRequest

    def with_rows(self, rows: Sequence[Any]) -> "Page[Any]":
        """The same page, told in other rows."""
        return replace(self, rows=rows)

    def meta(self, here: Here) -> dict[str, Any]:
        """The `pagination` object of the envelope; links are null at the ends."""
        pages = max(1, ceil(self.total / self.request.per_page))
        return {
            "total": self.total,
            "count": len(self.rows),
            "per_page": self.request.per_page,
            "current_page": self.request.page,
            "total_pages": pages,
            "links": {
                "previous": self.request.link(here, -1) if 1 < self.request.page <= pages + 1 else None,
                "next": self.request.link(here, 1) if self.request.page < pages else None,
            },
        }


@dataclass(frozen=True)
class CursorPage(Generic[T]):
    """Some rows, and the cursor of what follows them (None: that was the end)."""

    rows: Sequence[T]
    next_cursor: str | None
    per_page: int

    def with_rows(self, rows: Sequence[Any]) -> "CursorPage[Any]":
        """The same page, told in other rows."""
        return replace(self, rows=rows)

    def meta(self, here: Here) -> dict[str, Any]:
        """The `pagination` object of the envelope."""
        following = here.link(cursor=self.next_cursor, per_page=self.per_page) if self.next_cursor else None
        return {
            "count": len(self.rows),
            "per_page": self.per_page,
            "next_cursor": self.next_cursor,
            "links": {"next": following},
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
