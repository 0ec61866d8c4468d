"""Every permission there is: a code that is kept and sent, a name, a kind, and a sentence."""

import re
from enum import Enum, StrEnum
from typing import Self

SYSTEM_AREA = "000"
# Of a sentence, in whatever language.
SENTENCE_MAX = 200
_CODE_PATTERN = re.compile(r"[0-9]{6}")
_by_code: dict[str, Enum] = {}


class PermissionKind(StrEnum):
    """What a permission opens: a route; data that a route would hide; or what only administrators do."""

    ROUTE = "route"
    DATA = "data"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """What people call it."""
        return self.capitalize()


class Permission(StrEnum):
    """A permission, which is its code. That never changes and is never used again; the first three digits are its area.

    Area 000 is the system's, and only administrators have its permissions. A malformed or doubled code raises
    ValueError at import, so the service does not start with one.
    """

    def __new__(cls, code: str, kind: PermissionKind, sentence: str) -> Self:  # noqa: ARG004 - the shape of __init__
        """Its value is the code alone."""
        self = str.__new__(cls, code)
        self._value_ = code
        return self

    def __init__(self, code: str, kind: PermissionKind, sentence: str) -> None:
        if not _CODE_PATTERN.fullmatch(code) or code.startswith(SYSTEM_AREA) is not (kind is PermissionKind.SYSTEM):
            raise ValueError(f"{code} is no code of a {kind} permission: six digits, {SYSTEM_AREA} for the system.")
        if _by_code.setdefault(code, self) is not self:
            raise ValueError(f"{code} belongs to {_by_code[code].name} already.")
        self.code = code
        self.kind = kind
        self.sentence = sentence

    @property
    def dotted_name(self) -> str:
        """Its name: `items.create`."""
        return self.name.lower().replace("_", ".", 1)

    @property
    def label(self) -> str:
        """What people call it: what it lets them do."""
        return self.sentence

    SYSTEM_APPOINT = "000001", PermissionKind.SYSTEM, "Make, change and disable administrators."
    SYSTEM_LOGS = "000002", PermissionKind.SYSTEM, "Search the log."
    USERS_VIEW_ANY = "100001", PermissionKind.ROUTE, "See every user."
    USERS_VIEW_EMAIL = "100002", PermissionKind.DATA, "See e-mail addresses in full."
    USERS_GRANT = "100003", PermissionKind.ROUTE, "Give and take roles and permissions."
    USERS_DISABLE = "100004", PermissionKind.ROUTE, "Disable users, and enable them again."
    ITEMS_VIEW_DRAFTS = "300001", PermissionKind.DATA, "See items that are not on sale."
    ITEMS_CREATE = "300002", PermissionKind.ROUTE, "Offer new items."
    ITEMS_UPDATE = "300003", PermissionKind.ROUTE, "Change the words of items."
    ITEMS_DELETE = "300004", PermissionKind.ROUTE, "Delete items, and restore them."
    ORDERS_VIEW_ANY = "400001", PermissionKind.ROUTE, "See the orders of every user."
    ORDERS_CANCEL_ANY = "400002", PermissionKind.DATA, "Cancel the orders of every user."
    STOCK_VIEW = "500001", PermissionKind.ROUTE, "See every change of stock."
    STOCK_ADJUST = "500002", PermissionKind.ROUTE, "Add and take pieces by hand."


# What no ordinary user can be given.
SYSTEM_CODES = [it.code for it in Permission if it.kind is PermissionKind.SYSTEM]
