"""Redis keys of the catalogue: what items say, in all languages and without their stock, which moves too often."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.pagination.pages import Listed
from shop.core.query.page_cache import name_of, pack, unpack
from shop.core.query.query import Asked

# Raised with every change of what is kept.
FORM = 1
# How long a Redis that came back older than it went may be believed; whatever else happens, a change is seen at once.
LIFE = timedelta(minutes=1)
NOTHING_LIFE = timedelta(seconds=10)


@dataclass(frozen=True)
class ItemCacheManager(CacheManager):
    """What the catalogue says, so that nobody asks the database for it twice.

    Pages are those of buyers: whoever may see drafts is answered from the database.
    """

    info = Key("{{{tenant}:item:{item}}}:info:{form}", ttl=LIFE, nothing=NOTHING_LIFE)
    pages = Key("{{{tenant}:items}}:pages", ttl=timedelta(days=1))
    page = Key("{{{tenant}:items}}:page:{form}:{name}", ttl=LIFE, group=pages)

    def remember_info(self, item_id: int, build: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
        """What an item says; None where there is none."""
        found: dict[str, Any] | None = self.remember(self.info, build, item=item_id, form=FORM)
        return found

    def remember_page(self, asked: Asked, build: Callable[[], Listed[Any]]) -> Listed[Any]:
        """What the items of a page say; a page that few ask for is built each time."""
        name = name_of(asked)
        if name is None:
            return build()
        return unpack(self.remember(self.page, lambda: pack(build()), name=name, form=FORM), asked)

    def supersede_item(self, item_id: int) -> None:
        """Let what an item says, and the pages it may stand on, end with the commit of the running transaction."""
        self.supersede(self.info, item=item_id, form=FORM)
        self.supersede(self.pages)

    def forget_item(self, item_id: int) -> None:
        """Have it all read again; raises RedisError."""
        self.forget(self.info, item=item_id, form=FORM)
        self.forget(self.pages)
