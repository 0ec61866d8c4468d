"""Cache keys and stored form of list pages.

Only the first pages of a list in its default form are cached, and only in common page sizes: otherwise an
unauthenticated client could fill the Redis of the sale with pages that are never read again.
"""

from typing import Any

from shop.core.pagination.pages import AnyPage, CursorPage, Page, SimplePage
from shop.core.query.query import ListQuery
from shop.core.query.spec import Mode

# Later pages are rarely requested, and each cached page costs memory.
CACHED_PAGES_MAX = 5
CACHED_PAGE_SIZES = frozenset({10, 15, 20, 25, 30, 50, 100})


def page_cache_key(query: ListQuery) -> str | None:
    """Return the cache key of a page; None when not cached.

    The fields of the query are no part of the key: they are selected after the page was read.
    """
    request, is_custom = query.request, query.terms or query.included or query.counted or query.cursor
    if (
        is_custom
        or not query.is_default_order
        or request.page > CACHED_PAGES_MAX
        or request.per_page not in CACHED_PAGE_SIZES
    ):
        return None
    return f"{query.mode}-{request.per_page}-{request.page}"


def dump_page(page: AnyPage[Any]) -> dict[str, Any]:
    """Return the fields of a page without those known from the request.

    The result is JSON-safe when the rows are.
    """
    return {name: value for name, value in vars(page).items() if name not in ("request", "per_page")}


def load_page(stored: dict[str, Any], query: ListQuery) -> AnyPage[Any]:
    """Build a page from its stored fields and the query."""
    match query.mode:
        case Mode.PAGE:
            return Page(**stored, request=query.request)
        case Mode.SIMPLE:
            return SimplePage(**stored, request=query.request)
        case Mode.CURSOR:  # pragma: no branch - the type checker knows that no mode is left
            return CursorPage(**stored, per_page=query.request.per_page)
