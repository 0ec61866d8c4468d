"""Parsed list query, with known names and typed values only."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shop.core.pagination.pages import PageRequest
from shop.core.query.spec import Kind, Mode, Operator
from shop.core.query.values import Value

# Ids -> id -> fields of the rows that exist.
FindRelated = Callable[[Collection[Any]], Mapping[Any, Mapping[str, Any]]]


class Comparison(NamedTuple):
    """A comparison of one field; its path may pass relations."""

    path: tuple[str, ...]
    operator: Operator
    values: tuple[Value, ...]


class Sort(NamedTuple):
    """A field that rows are sorted by."""

    path: tuple[str, ...]
    kind: Kind
    descending: bool


# One term of a search: a row matches when it meets any of these comparisons.
Alternatives = tuple[Comparison, ...]


@dataclass(frozen=True)
class ListQuery:
    """Search, order, fields and page of a list request."""

    terms: tuple[Alternatives, ...] = ()
    # True: a row must match every term; False: one of them.
    match_all: bool = False
    order: tuple[Sort, ...] = ()
    # True when the request names no order.
    is_default_order: bool = True
    # Fields to return of a row; empty: all.
    fields: tuple[str, ...] = ()
    included: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    mode: Mode = Mode.PAGE
    request: PageRequest = field(default_factory=PageRequest)
    cursor: str | None = None

    def fingerprint(self, list_id: tuple[object, ...]) -> str:
        """Return the digest that binds cursors to list, search and order."""
        text = _stable_repr((list_id, self.terms, self.match_all, self.order))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def select_fields(self, card: Mapping[str, Any], **related: Any) -> dict[str, Any]:
        """Return the requested fields of a row, and all related rows."""
        if not self.fields:
            return {**card, **related}
        return {**{name: value for name, value in card.items() if name in self.fields}, **related}

    def select_with_related(
        self, name: str, by: str, find: FindRelated, cards: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return the requested fields of rows, with related rows if included.

        The related row is the one with the id in column `by`; it stands under `name`, or None when it does not exist.
        All related rows are found with one call.
        """
        if name not in self.included:
            return [self.select_fields(card) for card in cards]
        related = find({card[by] for card in cards if card[by] is not None})
        return [self.select_fields(card, **{name: related.get(card[by])}) for card in cards]


# The kinds under the names that cursors in the field were made with.
_CURSOR_KINDS = {Kind.INTEGER: "WHOLE", Kind.BOOLEAN: "TRUTH", Kind.DATETIME: "MOMENT"}


def _stable_repr(value: object) -> str:
    """Return the text that a cursor's digest is made of.

    It must never change: clients continue with cursors of the previous release.
    """
    if isinstance(value, Comparison):
        operator = f"<Operator.{value.operator.name}: {value.operator.value!r}>"
        return f"Condition(path={value.path!r}, operator={operator}, values={value.values!r})"
    if isinstance(value, Sort):
        kind = f"<Kind.{_CURSOR_KINDS.get(value.kind, value.kind.name)}: {value.kind.value!r}>"
        return f"Sort(path={value.path!r}, kind={kind}, descending={value.descending!r})"
    if isinstance(value, tuple):
        inner = ", ".join(map(_stable_repr, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)
