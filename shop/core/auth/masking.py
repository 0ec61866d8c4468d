"""Fields that not everybody sees in full."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from flask import g

from shop.core.auth.policy import PermissionLike
from shop.core.logging.redaction import mask_text


@dataclass(frozen=True)
class Mask:
    """A field of an answer that only shows its outline, but to whoever holds a permission and in rows of one's own.

    `owner` is the field that says whose the row is.
    """

    field: str
    permission: PermissionLike
    owner: str

    def mask_row(self, row: dict[str, Any]) -> None:
        """Mask the field of one row, unless the caller of this request may see it."""
        caller = g.get("caller")
        full = caller and (caller.user_id == row.get(self.owner) or caller.has_permission(self.permission.code))
        if self.field in row and not full:
            row[self.field] = mask_text(row[self.field])

    def __str__(self) -> str:
        needed = f"{self.permission.dotted_name} ({self.permission.code})"
        return f"Without {needed} others' `{self.field}` is masked."


def add_masks(dump: Callable[..., Any], masks: Collection[Mask]) -> Callable[..., Any]:
    """The dump of a schema, followed by the masks."""

    def told(data: Any, **options: Any) -> Any:
        rows = dump(data, **options)
        for row in rows if isinstance(rows, list) else [rows]:
            for mask in masks:
                mask.mask_row(row)
        return rows

    return told if masks else dump
