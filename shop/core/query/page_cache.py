"""Cache keys and stored form of list pages.

Only the first pages of a list in its default form are cached, and the first page in the order of one field, and only in
common page sizes: otherwise an unauthenticated client could fill the Redis of the sale with pages that are never read
again.
"""

from typing import Any

from shop.core.pagination.pages import AnyPage, CursorPage, Page, SimplePage
from shop.core.query.query import ListQuery
from shop.core.query.spec import Mode

# Later pages are rarely requested, and each cached page costs memory.
CACHED_PAGES_MAX = 5
CACHED_PAGE_SIZES = frozenset({10, 15, 20, 25, 30, 50, 100})
# There are many orders, and large pages are read by programs, which read on.
SORTED_PAGE_SIZES = CACHED_PAGE_SIZES - {100}


def page_cache_key(query: ListQuery) -> str | None:
    """Return the cache key of a page; None when not cached.

    The fields of the query are no part of the key: they are selected after the page was read.
    """
    request, is_custom = query.request, query.terms or query.included or query.counted or query.cursor
    pages_max, sizes = (CACHED_PAGES_MAX, CACHED_PAGE_SIZES) if query.is_default_order else (1, SORTED_PAGE_SIZES)
    if is_custom or request.page > pages_max or request.per_page not in sizes:
        return None
    name = f"{query.mode}-{request.per_page}-{request.page}"
    if query.is_default_order:
        return name
    field, *others = query.order
    # The key of the list follows the field, unless it is the field itself.
    if len(others) > 1 or (others and others[0].descending is not field.descending):
        return None
    return f"{name}-{'.'.join(field.path)}-{'desc' if field.descending else 'asc'}"


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
