"""Authorization of the log."""

from shop.constants.permission import Permission
from shop.core.auth.policy import permission


class LogPolicy:
    """Authorization rules of the log; only administrators may read it."""

    view_any = permission(Permission.SYSTEM_LOGS)
