"""Authorization of sessions."""

from shop.core.auth.policy import OWNER


class SessionPolicy:
    """Authorization rules of sessions; a session belongs to its user."""

    view_any = OWNER
    end = OWNER
