"""Pages of a list, by number or by cursor."""

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
    """Number of a page, from 1, and its size in rows."""

    page: int = 1
    per_page: int = PER_PAGE_DEFAULT

    @property
    def offset(self) -> int:
        """Number of rows before this page."""
        return (self.page - 1) * self.per_page

    def link(self, url: ListUrl, steps: int) -> str:
        """Return the URL of the page `steps` pages after this one."""
        return url.link(page=self.page + steps, per_page=self.per_page)


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of a page, and the total number of rows."""

    rows: Sequence[T]
    total: int
    request: PageRequest

    def with_rows(self, rows: Sequence[Any]) -> "Page[Any]":
        """Return the same page with other rows."""
        return replace(self, rows=rows)

    def meta(self, url: ListUrl) -> dict[str, Any]:
        """Build the `pagination` object; links are null at the ends."""
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
    """Rows of a page and the next cursor; None at the end."""

    rows: Sequence[T]
    next_cursor: str | None
    per_page: int

    def with_rows(self, rows: Sequence[Any]) -> "CursorPage[Any]":
        """Return the same page with other rows."""
        return replace(self, rows=rows)

    def meta(self, url: ListUrl) -> dict[str, Any]:
        """Build the `pagination` object; the link is null at the end."""
        next_link = url.link(cursor=self.next_cursor, per_page=self.per_page) if self.next_cursor else None
        return {
            "count": len(self.rows),
            "per_page": self.per_page,
            "next_cursor": self.next_cursor,
            "links": {"next": next_link},
        }


@dataclass(frozen=True)
class SimplePage(Generic[T]):
    """Rows of a page without a total; `more`: further rows follow."""

    rows: Sequence[T]
    more: bool
    request: PageRequest

    def with_rows(self, rows: Sequence[Any]) -> "SimplePage[Any]":
        """Return the same page with other rows."""
        return replace(self, rows=rows)

    def meta(self, url: ListUrl) -> dict[str, Any]:
        """Build the `pagination` object; links are null at the ends."""
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
