"""Masking of response fields that need a permission."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from shop.core.auth.policy import PermissionLike
from shop.core.http.request import current_state
from shop.core.logging.redaction import mask_text


@dataclass(frozen=True)
class Mask:
    """A response field that is masked for callers without a permission.

    The owner of a row sees the field in full. `owner` is the field that holds the owner's user id.
    """

    field: str
    permission: PermissionLike
    owner: str

    def mask_row(self, row: dict[str, Any]) -> None:
        """Mask the field of one row, unless the caller may read it."""
        caller = current_state().get("caller")
        readable = caller and (caller.user_id == row.get(self.owner) or caller.has_permission(self.permission.code))
        if self.field in row and not readable:
            row[self.field] = mask_text(row[self.field])

    def __str__(self) -> str:
        permission = f"{self.permission.dotted_name} ({self.permission.code})"
        return f"Without {permission} others' `{self.field}` is masked."


def add_masks(dump: Callable[..., Any], masks: Collection[Mask]) -> Callable[..., Any]:
    """Wrap the dump of a schema so that it masks its output."""

    def dump_masked(data: Any, **options: Any) -> Any:
        rows = dump(data, **options)
        for row in rows if isinstance(rows, list) else [rows]:
            for mask in masks:
                mask.mask_row(row)
        return rows

    return dump_masked if masks else dump
