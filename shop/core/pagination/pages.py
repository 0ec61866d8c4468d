"""Pages of a list: by number, or by a signed cursor that stays true while rows are added."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Generic, TypeVar

from shop.core.pagination.links import ListUrl

PER_PAGE_DEFAULT = 15
PER_PAGE_MAX = 100

PAGE_MAX = 1_000_000
LINK_MAX = 16_000

T = TypeVar("T")


@dataclass(frozen=True)
class PageRequest:
    """Which page: counted from one, and how many rows it holds."""

    page: int = 1
    per_page: int = PER_PAGE_DEFAULT

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.per_page

    def link(self, url: ListUrl, steps: int) -> str:
        """Where the page is that is so many further on."""
        return url.link(page=self.page + steps, per_page=self.per_page)


@dataclass(frozen=True)
class Page(Generic[T]):
    """The rows of one page and how many there are in all."""

    rows: Sequence[T]
    total: int
    request: PageRequest

    def with_rows(self, rows: Sequence[Any]) -> "Page[Any]":
        """The same page, told in other rows."""
        return replace(self, rows=rows)

    def meta(self, url: ListUrl) -> dict[str, Any]:
        """The `pagination` object of the envelope; links are null at the ends."""
        pages = max(1, ceil(self.total / self.request.per_page))
        return {
            "total": self.total,
            "count": len(self.rows),
            "per_page": self.request.per_page,
            "current_page": self.request.page,
            "total_pages": pages,
            "links": {
                "previous": self.request.link(url, -1) if 1 < self.request.page <= pages + 1 else None,
                "next": self.request.link(url, 1) if self.request.page < pages else None,
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

    def meta(self, url: ListUrl) -> dict[str, Any]:
        """The `pagination` object of the envelope."""
        following = url.link(cursor=self.next_cursor, per_page=self.per_page) if self.next_cursor else None
        return {
            "count": len(self.rows),
            "per_page": self.per_page,
            "next_cursor": self.next_cursor,
            "links": {"next": following},
        }


@dataclass(frozen=True)
class SimplePage(Generic[T]):
    """The rows of one page, and whether there are more; nobody counted how many."""

    rows: Sequence[T]
    more: bool
    request: PageRequest

    def with_rows(self, rows: Sequence[Any]) -> "SimplePage[Any]":
        """The same page, told in other rows."""
        return replace(self, rows=rows)

    def meta(self, url: ListUrl) -> dict[str, Any]:
        """The `pagination` object of the envelope; links are null at the ends."""
        return {
            "count": len(self.rows),
            "per_page": self.request.per_page,
            "current_page": self.request.page,
            "links": {
                "previous": self.request.link(url, -1) if self.request.page > 1 else None,
                "next": self.request.link(url, 1) if self.more else None,
            },
        }


AnyPage = Page[T] | SimplePage[T] | CursorPage[T]
PAGE_TYPES = (Page, SimplePage, CursorPage)
