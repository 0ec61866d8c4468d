"""Redis keys of sessions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shop.constants.session import STALE_SECONDS
from shop.core.cache.cache_manager import CacheManager
from shop.core.cache.key import Key
from shop.core.crypto.tokens import Claims

ENDED = "ended"
# Raised with every change of what is kept.
FORMAT_VERSION = 1
_STALE = "ask"


@dataclass(frozen=True)
class SessionCacheManager(CacheManager):
    """Who a session stands for, so that a request needs no query to know its caller."""

    # It lives as long as the token that was shown.
    card = Key("{tenant}:user:{user}:session:{session}")

    def find(self, claims: Claims) -> Any:
        """What was kept, ENDED, or None: ask the database. Raises RedisError."""
        try:
            known = self.get(self.card, user=claims.user_id, session=claims.session_id)
        except ValueError:
            return None
        # What another release has kept, in a form of its own, is asked for again.
        of_ours = isinstance(known, dict) and known.get("form") == FORMAT_VERSION
        return known if of_ours or known == ENDED else None

    def store(self, claims: Claims, entry: dict[str, Any], seconds: float) -> None:
        """Keep what the database said, unless the session changed since somebody asked it; raises RedisError."""
        self.add(self.card, {**entry, "form": FORMAT_VERSION}, seconds, user=claims.user_id, session=claims.session_id)

    def invalidate(self, user_id: int, session_ids: Iterable[UUID]) -> None:
        """Let everybody ask the database again; raises RedisError."""
        for session_id in session_ids:
            self.put(self.card, _STALE, STALE_SECONDS, user=user_id, session=session_id)

    def mark_ended(self, user_id: int, session_ids: Iterable[UUID], seconds: float) -> None:
        """Let nobody in, for as long as a token may live; raises RedisError."""
        for session_id in session_ids:
            self.put(self.card, ENDED, seconds, user=user_id, session=session_id)
