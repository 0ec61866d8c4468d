"""Who may do what with sessions."""

from shop.core.auth.policy import OWNER


class SessionPolicy:
    """A rule for each thing that is done with sessions; each belongs to its user."""

    view_any = OWNER
    end = OWNER
