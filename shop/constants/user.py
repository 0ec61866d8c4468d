"""Names and limits of users."""

from enum import IntEnum, StrEnum

NAME_MAX = 100
EMAIL_MAX = 254
# Of each user, beside it in a list.
ORDERS_SHOWN_MAX = 10
PASSWORD_MIN = 8
PASSWORD_MAX = 128


class UserRole(StrEnum):
    """What a user may do in general."""

    ADMIN = "admin"
    GENERAL = "general"


class UserSuccessCode(IntEnum):
    """Business codes of answers about users."""

    REGISTERED = 201101
    SIGNED_IN = 200102
