"""Permissions: code, name, kind and description."""

import re
from enum import Enum, StrEnum
from typing import Self

SYSTEM_AREA = "000"
# Length of a description in any language.
SENTENCE_MAX = 200
_CODE_PATTERN = re.compile(r"[0-9]{6}")
_by_code: dict[str, Enum] = {}


class PermissionKind(StrEnum):
    """Kind of a permission: route, hidden data, or administration."""

    ROUTE = "route"
    DATA = "data"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """Display name."""
        return self.capitalize()


class Permission(StrEnum):
    """Permission with a code of six digits as value.

    The first three digits are its area. A code never changes and is never used again. Permissions of area 000 belong to
    administrators only. A malformed or duplicate code raises ValueError at import, so the service does not start.
    """

    def __new__(cls, code: str, kind: PermissionKind, sentence: str) -> Self:  # noqa: ARG004 - the shape of __init__
        """Create a member whose value is the code alone."""
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
        """Name with a dot: `items.create`."""
        return self.name.lower().replace("_", ".", 1)

    @property
    def label(self) -> str:
        """Description of the permitted action."""
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


# Codes reserved to administrators.
SYSTEM_CODES = [permission.code for permission in Permission if permission.kind is PermissionKind.SYSTEM]
