"""Specification of a list: its fields, their types and allowed operations.

It contains nothing about tables.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from shop.core.caller import Caller

# Relations that a name may pass: `orders.item.name` passes two.
DEPTH_MAX = 2
CONDITIONS_MAX = 20
# Of all conditions of a search together. Each relation adds a table to the join order that MySQL has to find, and with
# twenty tables that takes longer than a client waits.
JOINS_MAX = 6
VALUES_MAX = 100
VALUE_MAX = 200
SORTS_MAX = 5

Guard = Callable[[Caller | None], bool]


class Operator(StrEnum):
    """Comparison operators."""

    EQUAL = "="
    LIKE = "like"
    IN = "in"
    BETWEEN = "between"


class Kind(StrEnum):
    """Types of fields, as the documentation shows them."""

    TEXT = "text"
    INTEGER = "whole number"
    BOOLEAN = "true or false"
    DATETIME = "moment"
    UUID = "UUID"
    CHOICE = "choice"


class Mode(StrEnum):
    """Pagination modes: numbered pages with a total, without one, or by cursor."""

    PAGE = "page"
    SIMPLE = "simple"
    CURSOR = "cursor"


_EXACT = (Operator.EQUAL, Operator.IN)
_RANGED = (*_EXACT, Operator.BETWEEN)


@dataclass(frozen=True)
class FieldSpec:
    """A public field of a resource.

    Its first operator is the default. A field without operators cannot be searched.
    """

    kind: Kind
    operators: tuple[Operator, ...] = ()
    sortable: bool = False
    choices: tuple[str, ...] = ()

    @classmethod
    def searchable_text(cls, *, sortable: bool = True) -> "FieldSpec":
        """Create a text field that is searched for parts of the text."""
        return cls(Kind.TEXT, (Operator.LIKE, *_EXACT), sortable)

    @classmethod
    def exact_text(cls) -> "FieldSpec":
        """Create a text field that is searched for the whole text."""
        return cls(Kind.TEXT, _EXACT, sortable=True)

    @classmethod
    def integer(cls) -> "FieldSpec":
        """Create a field of whole numbers."""
        return cls(Kind.INTEGER, _RANGED, sortable=True)

    @classmethod
    def datetime(cls) -> "FieldSpec":
        """Create a field of moments."""
        return cls(Kind.DATETIME, _RANGED, sortable=True)

    @classmethod
    def uuid(cls) -> "FieldSpec":
        """Create a UUID field."""
        return cls(Kind.UUID, _EXACT, sortable=True)

    @classmethod
    def boolean(cls) -> "FieldSpec":
        """Create a field of true and false."""
        return cls(Kind.BOOLEAN, (Operator.EQUAL,), sortable=True)

    @classmethod
    def choice(cls, choices: Iterable[str]) -> "FieldSpec":
        """Create a field with a fixed set of values."""
        return cls(Kind.CHOICE, _EXACT, sortable=True, choices=tuple(choices))

    @classmethod
    def read_only(cls, kind: Kind = Kind.TEXT) -> "FieldSpec":
        """Create a field that is returned, but not searchable or sortable."""
        return cls(kind)


@dataclass(frozen=True)
class Relation:
    """A relation to another resource; to-`many` relations cannot be sorted by."""

    spec: "ResourceSpec"
    many: bool = False
    included: bool = True
    counted: bool = False


@dataclass(frozen=True)
class ResourceSpec:
    """Fields and relations of one resource; a query can name nothing else."""

    fields: Mapping[str, FieldSpec]
    relations: Mapping[str, Relation] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)
    # Used when the request names no order (descending by these fields) and no mode.
    default_order: tuple[str, ...] = ("id",)
    mode: Mode = Mode.PAGE
    # The unique field that every order ends with.
    key: str = "id"

    def pick(self, *names: str) -> "ResourceSpec":
        """Return a specification of some fields, without relations."""
        return ResourceSpec({name: self.fields[name] for name in names})

    def with_relation(self, name: str, relation: Relation) -> "ResourceSpec":
        """Return a copy with one more relation."""
        return replace(self, relations={**self.relations, name: relation})

    def restrict(self, guard: Guard, *names: str) -> "ResourceSpec":
        """Return a copy that guards some names.

        Callers that the guard rejects cannot search or sort by these fields, nor use these relations.
        """
        return replace(self, guards={**self.guards, **dict.fromkeys(names, guard)})

    def visible_to(self, caller: Caller | None) -> "ResourceSpec":
        """Return the part of the specification that a caller may use."""
        barred = {name for name, guard in self.guards.items() if not guard(caller)}
        fields = {name: FieldSpec(field.kind) if name in barred else field for name, field in self.fields.items()}
        relations = {name: relation for name, relation in self.relations.items() if name not in barred}
        return replace(self, fields=fields, relations=relations, guards={})

    @cached_property
    def searchable(self) -> Mapping[str, FieldSpec]:
        """Searchable fields by dotted name."""
        return {".".join(path): field for path, field in self._reachable_fields() if field.operators}

    @cached_property
    def sortable(self) -> Mapping[str, FieldSpec]:
        """Sortable fields by dotted name."""
        return {".".join(path): field for path, field in self._reachable_fields(to_one=True) if field.sortable}

    @cached_property
    def included(self) -> tuple[str, ...]:
        """Dotted names of the relations that can be included."""
        return tuple(".".join(path) for path in self._reachable_relations())

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """Names of the relations whose rows can be counted."""
        return tuple(name for name, relation in self.relations.items() if relation.counted)

    def _reachable_fields(
        self, levels: int = DEPTH_MAX, *, to_one: bool = False
    ) -> Iterator[tuple[tuple[str, ...], FieldSpec]]:
        yield from (((name,), spec) for name, spec in self.fields.items())
        for name, relation in self.relations.items() if levels else ():
            if not (to_one and relation.many):
                fields = relation.spec._reachable_fields(levels - 1, to_one=to_one)
                yield from (((name, *path), spec) for path, spec in fields)

    def _reachable_relations(self, levels: int = DEPTH_MAX) -> Iterator[tuple[str, ...]]:
        for name, relation in self.relations.items() if levels else ():
            if relation.included:
                yield (name,)
                yield from ((name, *path) for path in relation.spec._reachable_relations(levels - 1))
