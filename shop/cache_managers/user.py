"""Redis keys of users."""

from dataclasses import dataclass
from datetime import timedelta

from shop.core.cache_manager import CacheManager, Key


@dataclass(frozen=True)
class UserCacheManager(CacheManager):
    """The signed-in user, so that a request needs no query to know its caller."""

    card = Key("{tenant}:user:{user}", ttl=timedelta(hours=1))
