"""Redis keys of the catalogue.

Items are cached in all languages and without their stock, which changes too often.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.database.transaction import after_commit
from shop.core.pagination.pages import AnyPage
from shop.core.query.page_cache import dump_page, load_page, page_cache_key
from shop.core.query.query import ListQuery

# Increase with every change of the cached format.
FORMAT_VERSION = 1
# Bounds stale entries after Redis restarted from an old snapshot; otherwise changes are invalidated at once.
TTL = timedelta(minutes=1)
# Without these a cached value is damaged. Fields that another release adds are permitted.
INFO_FIELDS = frozenset(
    {"id", "tenant_id", "name", "name_translations", "price_minor", "currency", "status", "version"}
)
NEGATIVE_TTL = timedelta(seconds=10)


@dataclass(frozen=True)
class ItemCacheManager(CacheManager):
    """Cache of catalogue items and pages.

    Only pages for buyers are cached; requests that include drafts read the database.
    """

    info = Key("{{{tenant}:item:{item}}}:info:{form}", ttl=TTL, negative_ttl=NEGATIVE_TTL)
    pages = Key("{{{tenant}:items}}:pages", ttl=timedelta(days=1))
    page = Key("{{{tenant}:items}}:page:{form}:{name}", ttl=TTL, tag=pages)

    def get_or_build_info(self, item_id: int, build: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
        """Return the public fields of an item, or None."""
        info: dict[str, Any] | None = self.get_or_build(self.info, build, _is_info, item=item_id, form=FORMAT_VERSION)
        return info

    def get_or_build_page(self, query: ListQuery, build: Callable[[], AnyPage[Any]]) -> AnyPage[Any]:
        """Return a page of items; rarely requested pages are not cached."""
        name = page_cache_key(query)
        if name is None:
            return build()
        return load_page(
            self.get_or_build(
                self.page, lambda: dump_page(build()), partial(_is_page, query), name=name, form=FORMAT_VERSION
            ),
            query,
        )

    def invalidate_item_on_commit(self, item_id: int, *, required: bool) -> None:
        """Invalidate an item and all pages when the current transaction commits.

        If it is not required, a failing Redis does not prevent the commit.
        """
        if not required:
            after_commit(self.delete_item, item_id)
            return
        self.invalidate_on_commit(self.info, item=item_id, form=FORMAT_VERSION)
        self.invalidate_on_commit(self.pages)

    def delete_item(self, item_id: int) -> None:
        """Delete an item and all pages from the cache. Raises RedisError."""
        self.delete(self.info, item=item_id, form=FORMAT_VERSION)
        self.delete(self.pages)


def _is_info(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= INFO_FIELDS


def _is_page(query: ListQuery, value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("rows"), list):
        return False
    try:
        load_page(value, query)
    except TypeError:
        return False
    return all(map(_is_info, value["rows"]))
