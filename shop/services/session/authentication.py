"""Authentication of claims, from the cache or the tables."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from shop.cache_managers.session import ENDED, SessionCacheManager
from shop.combinations.user import UserCombination
from shop.core.auth.session_watch import SessionWatch
from shop.core.clock import Clock, to_microseconds
from shop.core.crypto.tokens import Claims
from shop.core.redis.stores import RedisError
from shop.repositories.session import SessionRepository
from shop.repositories.user import UserRepository


@dataclass(frozen=True)
class SessionAuthentication:
    """Steps that find the user of a session."""

    sessions: SessionRepository
    users: UserRepository
    cache: SessionCacheManager
    user_combination: UserCombination
    watch: SessionWatch
    clock: Clock

    def _find_card(self, claims: Claims) -> dict[str, Any] | None:
        try:
            entry = self.cache.find(claims)
        except RedisError:
            # Not stored afterwards either: the request waits for a frozen Redis only once.
            return (self._load_entry(claims) or {}).get("card")
        if entry == ENDED:
            return None
        if entry is None or self.watch.is_outdated(claims.session_id, entry["changed"]):
            entry = self._load_entry(claims)
            if entry is None:
                return None
            with suppress(RedisError):
                # In whole seconds, so that no entry is kept for longer than the lifetime that is set.
                self.cache.store(claims, entry, int(claims.expires - self.clock.now().timestamp()))
        card: dict[str, Any] = entry["card"]
        return card

    def _load_entry(self, claims: Claims) -> dict[str, Any] | None:
        """Build the cache entry of a session; None when it has ended."""
        # The session is read before the user. A change of a user changes its sessions too, so the entry is at worst
        # considered older than it is.
        session = self.sessions.find(claims.session_id)
        if session is None or session.ended_at or session.user_id != claims.user_id:
            return None
        user = self.users.find(claims.user_id)
        if user is None or user.disabled_at:
            return None
        changed = to_microseconds(session.changed_at) if session.changed_at else 0
        return {"changed": changed, "card": self.user_combination.card(user)}
