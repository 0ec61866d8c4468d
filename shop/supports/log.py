"""Who may look into the log."""

from shop.constants.permission import Permission
from shop.core.auth.policy import permission


class LogPolicy:
    """What it tells of others' requests is for administrators alone."""

    view_any = permission(Permission.SYSTEM_LOGS)
