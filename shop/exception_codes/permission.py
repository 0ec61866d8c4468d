"""Error codes of permissions; block 7."""

from shop.core.errors import ExceptionCode


class PermissionExceptionCode(ExceptionCode):
    """Error codes and messages of permissions."""

    NOT_HELD = 403_701, "You can give and take only what you may do yourself."
    PERMISSIONS_FORMAT = 422_701, "The permissions are not valid."
    SYSTEM_PERMISSION = 422_702, "A permission of the system is for administrators only."
