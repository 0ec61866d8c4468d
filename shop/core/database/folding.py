"""Folded texts, in which a search ignores case and form."""

from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import normalize

from sqlalchemy import Text
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import InstanceState, MappedColumn, mapped_column

# Between several texts of one column; no text has control characters.
SEPARATOR = "\x1f"
_LONG = Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
_FOLDS = "folds"


def fold_text(text: str) -> str:
    """Return a text in the form in which texts are compared.

    Full-width and upper-case letters become plain ones, and ß becomes ss.
    """
    return normalize("NFKC", normalize("NFKC", text).casefold())


def fold_values(values: Iterable[object]) -> str | None:
    """Fold texts, and mappings of languages to texts, into one text.

    Returns None without any text.
    """
    texts = [text for value in values for text in _texts_of(value)]
    return SEPARATOR.join(map(fold_text, texts)) if texts else None


def strip_end(value: Any) -> Any:
    """Remove the blanks at the end of a text or of texts.

    MySQL ignores them in comparisons, and SQLite does not.
    """
    if isinstance(value, str):
        return value.rstrip(" ")
    return {name: strip_end(text) for name, text in value.items()} if isinstance(value, dict) else value


def folded_column(*sources: str, long: bool = False) -> MappedColumn[str | None]:
    """Declare the column of the folded texts of some attributes.

    It is not loaded with its row. NULL until it is filled: an older release writes rows without it.
    """
    return mapped_column(_LONG if long else Text(), deferred=True, info={_FOLDS: sources})


def fold_row(state: InstanceState[Any]) -> None:
    """Set the folded texts of a changed row."""
    row: Any = state.object
    # `folded_at` repeats `updated_at`: a later change by a release without folded texts makes them stale.
    changed = {name for name, attribute in state.attrs.items() if attribute.history.has_changes()}
    renewed = "updated_at" in changed and hasattr(row, "folded_at")
    for name, sources in _folded_columns(state).items():
        if renewed or changed.intersection(sources):
            setattr(row, name, fold_values(getattr(row, source) for source in sources))
    if renewed:
        row.folded_at = row.updated_at


def _folded_columns(state: InstanceState[Any]) -> dict[str, tuple[str, ...]]:
    return {column.key: column.info[_FOLDS] for column in state.mapper.columns if _FOLDS in column.info}


def _texts_of(value: object) -> Iterable[str]:
    if isinstance(value, Mapping):
        return map(str, value.values())
    return [value] if isinstance(value, str) else []
