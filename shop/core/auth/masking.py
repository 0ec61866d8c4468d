"""Fields that not everybody sees in full."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from flask import g

from shop.core.auth.policy import Permit
from shop.core.logging.redaction import outline


@dataclass(frozen=True)
class Mask:
    """A field of an answer that only shows its outline, but to whoever holds a permission and in rows of one's own.

    `owner` is the field that says whose the row is.
    """

    field: str
    permission: Permit
    owner: str

    def hide(self, row: dict[str, Any]) -> None:
        """Mask the field of one row, unless the caller of this request may see it."""
        caller = g.get("caller")
        full = caller and (caller.user_id == row.get(self.owner) or caller.may(self.permission.code))
        if self.field in row and not full:
            row[self.field] = outline(row[self.field])

    def __str__(self) -> str:
        needed = f"{self.permission.dotted} ({self.permission.code})"
        return f"Without {needed} others' `{self.field}` is masked."


def masked(dump: Callable[..., Any], masks: Collection[Mask]) -> Callable[..., Any]:
    """The dump of a schema, followed by the masks."""

    def told(data: Any, **options: Any) -> Any:
        rows = dump(data, **options)
        for row in rows if isinstance(rows, list) else [rows]:
            for mask in masks:
                mask.hide(row)
        return rows

    return told if masks else dump
