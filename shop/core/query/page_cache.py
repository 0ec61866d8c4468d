"""Pages as they are kept, and which of them are: the first ones of a list as it comes when nobody asks for more.

In round sizes: of every size there is, a stranger could fill the store of the sale with pages that nobody else wants.
"""

from typing import Any

from shop.core.pagination.pages import CursorPage, Listed, Page, SimplePage
from shop.core.query.query import Asked
from shop.core.query.spec import Mode

# Beyond these few people go, and each one that is kept is memory.
PAGES_KEPT = 5
SIZES_KEPT = frozenset({10, 15, 20, 25, 30, 50, 100})


def name_of(asked: Asked) -> str | None:
    """What a page is kept by; None where it is not kept. What is shown of its rows makes no other page of it."""
    request, apart = asked.request, asked.terms or asked.included or asked.counted or asked.cursor
    if apart or not asked.usual or request.page > PAGES_KEPT or request.per_page not in SIZES_KEPT:
        return None
    return f"{asked.mode}-{request.per_page}-{request.page}"


def pack(page: Listed[Any]) -> dict[str, Any]:
    """The page without what the request says itself; JSON-safe where its rows are."""
    return {name: value for name, value in vars(page).items() if name not in ("request", "per_page")}


def unpack(kept: dict[str, Any], asked: Asked) -> Listed[Any]:
    """The page again, for a request that asks for it."""
    match asked.mode:
        case Mode.PAGE:
            return Page(**kept, request=asked.request)
        case Mode.SIMPLE:
            return SimplePage(**kept, request=asked.request)
        case Mode.CURSOR:
            return CursorPage(**kept, per_page=asked.request.per_page)
