"""A question to a list that was understood: every name in it is one that the list knows, every value has its type."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shop.core.pagination.pages import PageRequest
from shop.core.query.spec import Kind, Mode, Operator
from shop.core.query.values import Value

# Ids -> what is told of those rows that there are.
FindRelated = Callable[[Collection[Any]], Mapping[Any, Mapping[str, Any]]]


class Comparison(NamedTuple):
    """A comparison; the last name of the path is a word, those before it are relations."""

    path: tuple[str, ...]
    operator: Operator
    values: tuple[Value, ...]


class Sort(NamedTuple):
    """A word that rows are sorted by."""

    path: tuple[str, ...]
    kind: Kind
    descending: bool


# One term of a search: a row fits it that meets any of these.
Alternatives = tuple[Comparison, ...]


@dataclass(frozen=True)
class ListQuery:
    """What to find, in which order, what to say of each row, and how to cut the list."""

    terms: tuple[Alternatives, ...] = ()
    # Whether a row must fit every term, or one of them.
    match_all: bool = False
    order: tuple[Sort, ...] = ()
    # Whether that is the order in which the list comes when nobody asks for another.
    is_default_order: bool = True
    # What to say of a row; nothing: all.
    fields: tuple[str, ...] = ()
    included: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    mode: Mode = Mode.PAGE
    request: PageRequest = field(default_factory=PageRequest)
    cursor: str | None = None

    def fingerprint(self, list_id: tuple[object, ...]) -> str:
        """What a cursor belongs to: the list `about` something, this search, this order."""
        text = _stable_repr((list_id, self.terms, self.match_all, self.order))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def select_fields(self, card: Mapping[str, Any], **related: Any) -> dict[str, Any]:
        """What to say of a row: what was asked for, and what was asked to come with it."""
        told = {name: value for name, value in card.items() if not self.fields or name in self.fields}
        return {**told, **related}

    def select_with_related(
        self, name: str, by: str, find: FindRelated, cards: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """What to say of each row, and below `name`, where that was asked for, what each one's `by` leads to.

        All of that is found at once.
        """
        if name not in self.included:
            return [self.select_fields(card) for card in cards]
        found = find({card[by] for card in cards if card[by] is not None})
        return [self.select_fields(card, **{name: found.get(card[by])}) for card in cards]


# The kinds under the names that cursors in the field were made with.
_CURSOR_KINDS = {Kind.INTEGER: "WHOLE", Kind.BOOLEAN: "TRUTH", Kind.DATETIME: "MOMENT"}


def _stable_repr(value: object) -> str:
    """Return the text that a cursor's digest is made of.

    It never changes: a client goes on with a cursor of the release before.
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
