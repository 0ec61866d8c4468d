"""Pages as they are kept, and which of them are: the first ones of a list as it comes when nobody asks for more.

In round sizes: of every size there is, a stranger could fill the store of the sale with pages that nobody else wants.
"""

from typing import Any

from shop.core.pagination.pages import AnyPage, CursorPage, Page, SimplePage
from shop.core.query.query import ListQuery
from shop.core.query.spec import Mode

# Beyond these few people go, and each one that is kept is memory.
CACHED_PAGES_MAX = 5
CACHED_PAGE_SIZES = frozenset({10, 15, 20, 25, 30, 50, 100})


def page_cache_key(query: ListQuery) -> str | None:
    """What a page is kept by; None where it is not kept. What is shown of its rows makes no other page of it."""
    request, apart = query.request, query.terms or query.included or query.counted or query.cursor
    if (
        apart
        or not query.is_default_order
        or request.page > CACHED_PAGES_MAX
        or request.per_page not in CACHED_PAGE_SIZES
    ):
        return None
    return f"{query.mode}-{request.per_page}-{request.page}"


def dump_page(page: AnyPage[Any]) -> dict[str, Any]:
    """The page without what the request says itself; JSON-safe where its rows are."""
    return {name: value for name, value in vars(page).items() if name not in ("request", "per_page")}


def load_page(stored: dict[str, Any], query: ListQuery) -> AnyPage[Any]:
    """The page again, for a request that asks for it."""
    match query.mode:
        case Mode.PAGE:
            return Page(**stored, request=query.request)
        case Mode.SIMPLE:
            return SimplePage(**stored, request=query.request)
        case Mode.CURSOR:
            return CursorPage(**stored, per_page=query.request.per_page)
