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
# Increase with every change of the cached format.
FORMAT_VERSION = 1
_STALE = "ask"
CARD_FIELDS = frozenset({"id", "tenant_id", "name", "email", "roles", "permissions", "created_at"})


@dataclass(frozen=True)
class SessionCacheManager(CacheManager):
    """Cache of session callers; saves a query per request."""

    # Expires with the access token.
    card = Key("{tenant}:user:{user}:session:{session}")

    def find(self, claims: Claims) -> Any:
        """Return the cached entry, ENDED, or None on a miss. Raises RedisError."""
        try:
            entry = self.get(self.card, user=claims.user_id, session=claims.session_id)
        except ValueError:
            return None
        # Entries of another release have another format and count as a miss.
        is_current = isinstance(entry, dict) and entry.get("form") == FORMAT_VERSION and _is_readable(entry)
        return entry if is_current or entry == ENDED else None

    def store(self, claims: Claims, entry: dict[str, Any], seconds: float) -> None:
        """Cache the caller of a session. Raises RedisError.

        Does nothing when the session was invalidated since the database was read.
        """
        self.add(self.card, {**entry, "form": FORMAT_VERSION}, seconds, user=claims.user_id, session=claims.session_id)

    def invalidate(self, user_id: int, session_ids: Iterable[UUID]) -> None:
        """Mark cached sessions as stale. Raises RedisError."""
        for session_id in session_ids:
            self.put(self.card, _STALE, STALE_SECONDS, user=user_id, session=session_id)

    def mark_ended(self, user_id: int, session_ids: Iterable[UUID], seconds: float) -> None:
        """Mark sessions as ended for `seconds`. Raises RedisError."""
        for session_id in session_ids:
            self.put(self.card, ENDED, seconds, user=user_id, session=session_id)


def _is_readable(entry: dict[str, Any]) -> bool:
    # A damaged entry is a miss as well.
    card = entry.get("card")
    return isinstance(entry.get("changed"), int) and isinstance(card, dict) and card.keys() >= CARD_FIELDS
