"""Information about sessions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shop.core.clock import format_rfc3339

if TYPE_CHECKING:
    from shop.models.session import Session


@dataclass(frozen=True)
class SessionCombination:
    """Information about a session for its user."""

    def card(self, session: "Session", current: UUID) -> dict[str, Any]:
        """Build the card; `current` is the session of the request; JSON-safe."""
        return {
            "id": str(session.id),
            "agent": session.agent,
            "current": session.id == current,
            "created_at": format_rfc3339(session.created_at),
            "refreshed_at": format_rfc3339(session.refreshed_at),
            "expires_at": format_rfc3339(session.expires_at),
        }
