"""Names and limits of users."""

from enum import Enum, IntFlag, StrEnum

NAME_MAX = 100
EMAIL_MAX = 254
# Orders per user in a list of users.
ORDERS_SHOWN_MAX = 10
PASSWORD_MIN = 8
# Least length under the policy that asks for length only.
PASSPHRASE_MIN = 15
PASSWORD_MAX = 128
# Enough for about 140 codes of six digits.
PERMISSIONS_MAX = 1000


class PasswordPolicy(StrEnum):
    """Rules for new passwords: classes of characters, or length only."""

    COMPOSITION = "composition"
    LENGTH = "length"


class UserRole(StrEnum):
    """Role of a user."""

    ADMIN = "admin"
    GENERAL = "general"

    @property
    def label(self) -> str:
        """Display name."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {UserRole.ADMIN: "Administrator", UserRole.GENERAL: "Ordinary user"}


class RoleFlag(IntFlag):
    """Roles as combined flags; ADMIN has every permission of its tenant."""

    GENERAL = 1
    ADMIN = 2


class UserSuccessCode(Enum):
    """Success codes of the users API with their messages."""

    def __init__(self, number: int, sentence: str) -> None:
        self.number = number
        self.sentence = sentence

    REGISTERED = 201101, "The account is open."
    SIGNED_IN = 200102, "You are signed in."
