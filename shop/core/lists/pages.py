"""The forms that the answer of a list can have."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from shop.core.lists.links import Here
from shop.core.pagination import CursorPage, Page, PageRequest

T = TypeVar("T")


@dataclass(frozen=True)
class SimplePage(Generic[T]):
    """The rows of one page, and whether there are more; nobody counted how many."""

    rows: Sequence[T]
    more: bool
    request: PageRequest

    def with_rows(self, rows: Sequence[Any]) -> "SimplePage[Any]":
        """The same page, told in other rows."""
        return replace(self, rows=rows)

    def meta(self, here: Here) -> dict[str, Any]:
        """The `pagination` object of the envelope; links are null at the ends."""
        return {
            "count": len(self.rows),
            "per_page": self.request.per_page,
            "current_page": self.request.page,
            "links": {
                "previous": self.request.link(here, -1) if self.request.page > 1 else None,
                "next": self.request.link(here, 1) if self.more else None,
            },
        }


Listed = Page[T] | SimplePage[T] | CursorPage[T]
FORMS = (Page, SimplePage, CursorPage)
