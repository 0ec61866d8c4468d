"""Redis keys of the catalogue: what items say, in all languages and without their stock, which moves too often."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.pagination.pages import AnyPage
from shop.core.query.page_cache import dump_page, load_page, page_cache_key
from shop.core.query.query import ListQuery

# Raised with every change of what is kept.
FORMAT_VERSION = 1
# How long a Redis that came back older than it went may be believed; whatever else happens, a change is seen at once.
TTL = timedelta(minutes=1)
NEGATIVE_TTL = timedelta(seconds=10)


@dataclass(frozen=True)
class ItemCacheManager(CacheManager):
    """What the catalogue says, so that nobody asks the database for it twice.

    Pages are those of buyers: whoever may see drafts is answered from the database.
    """

    info = Key("{{{tenant}:item:{item}}}:info:{form}", ttl=TTL, negative_ttl=NEGATIVE_TTL)
    pages = Key("{{{tenant}:items}}:pages", ttl=timedelta(days=1))
    page = Key("{{{tenant}:items}}:page:{form}:{name}", ttl=TTL, tag=pages)

    def get_or_build_info(self, item_id: int, build: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
        """What an item says; None where there is none."""
        found: dict[str, Any] | None = self.get_or_build(self.info, build, item=item_id, form=FORMAT_VERSION)
        return found

    def get_or_build_page(self, query: ListQuery, build: Callable[[], AnyPage[Any]]) -> AnyPage[Any]:
        """What the items of a page say; a page that few ask for is built each time."""
        name = page_cache_key(query)
        if name is None:
            return build()
        return load_page(
            self.get_or_build(self.page, lambda: dump_page(build()), name=name, form=FORMAT_VERSION), query
        )

    def invalidate_item_on_commit(self, item_id: int) -> None:
        """Let what an item says, and the pages it may stand on, end with the commit of the running transaction."""
        self.invalidate_on_commit(self.info, item=item_id, form=FORMAT_VERSION)
        self.invalidate_on_commit(self.pages)

    def delete_item(self, item_id: int) -> None:
        """Have it all read again; raises RedisError."""
        self.delete(self.info, item=item_id, form=FORMAT_VERSION)
        self.delete(self.pages)
