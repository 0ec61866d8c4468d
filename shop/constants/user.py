"""Names and limits of users."""

from enum import Enum, IntFlag, StrEnum

NAME_MAX = 100
EMAIL_MAX = 254
# Of each user, beside it in a list.
ORDERS_SHOWN_MAX = 10
PASSWORD_MIN = 8
PASSWORD_MAX = 128
# Room for some 140 codes of six digits.
PERMISSIONS_MAX = 1000


class UserRole(StrEnum):
    """What a user may do in general."""

    ADMIN = "admin"
    GENERAL = "general"

    @property
    def label(self) -> str:
        """What people call it."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {UserRole.ADMIN: "Administrator", UserRole.GENERAL: "Ordinary user"}


class RoleFlag(IntFlag):
    """The same as a row keeps them: a user may have several. ADMIN passes every gate of its tenant."""

    GENERAL = 1
    ADMIN = 2


class UserSuccessCode(Enum):
    """Business codes of answers about users, each with its sentence."""

    def __init__(self, number: int, sentence: str) -> None:
        self.number = number
        self.sentence = sentence

    REGISTERED = 201101, "The account is open."
    SIGNED_IN = 200102, "You are signed in."
