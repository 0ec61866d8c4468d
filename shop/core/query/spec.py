"""What a list may be asked: public names, what each holds, and what may be done with it; no word about tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from shop.core.caller import Caller

# How far a name may lead: `orders.item.name` passes two relations.
DEPTH_MAX = 2
CONDITIONS_MAX = 20
# All conditions of a search together. Each relation is a table more that MySQL finds an order of joins for, and at
# twenty tables it is still looking when the client is gone.
JOINS_MAX = 6
VALUES_MAX = 100
VALUE_MAX = 200
SORTS_MAX = 5

Guard = Callable[[Caller | None], bool]


class Operator(StrEnum):
    """How a value is compared."""

    EQUAL = "="
    LIKE = "like"
    IN = "in"
    BETWEEN = "between"


class Kind(StrEnum):
    """What a word holds, as it is told to people."""

    TEXT = "text"
    INTEGER = "whole number"
    BOOLEAN = "true or false"
    DATETIME = "moment"
    UUID = "UUID"
    CHOICE = "choice"


class Mode(StrEnum):
    """How a list is cut: into numbered pages with a total, without one, or by a cursor."""

    PAGE = "page"
    SIMPLE = "simple"
    CURSOR = "cursor"


_EXACT = (Operator.EQUAL, Operator.IN)
_RANGED = (*_EXACT, Operator.BETWEEN)


@dataclass(frozen=True)
class FieldSpec:
    """A public name. Its first operator counts where none is named; without any it cannot be searched."""

    kind: Kind
    operators: tuple[Operator, ...] = ()
    sortable: bool = False
    choices: tuple[str, ...] = ()

    @classmethod
    def searchable_text(cls, *, sortable: bool = True) -> "FieldSpec":
        """A text in which one looks for words."""
        return cls(Kind.TEXT, (Operator.LIKE, *_EXACT), sortable)

    @classmethod
    def exact_text(cls) -> "FieldSpec":
        """A text that one knows."""
        return cls(Kind.TEXT, _EXACT, sortable=True)

    @classmethod
    def integer(cls) -> "FieldSpec":
        """A whole number."""
        return cls(Kind.INTEGER, _RANGED, sortable=True)

    @classmethod
    def datetime(cls) -> "FieldSpec":
        """A moment."""
        return cls(Kind.DATETIME, _RANGED, sortable=True)

    @classmethod
    def uuid(cls) -> "FieldSpec":
        """A UUID."""
        return cls(Kind.UUID, _EXACT, sortable=True)

    @classmethod
    def boolean(cls) -> "FieldSpec":
        """Something that is or is not."""
        return cls(Kind.BOOLEAN, (Operator.EQUAL,), sortable=True)

    @classmethod
    def choice(cls, choices: Iterable[str]) -> "FieldSpec":
        """One of some states."""
        return cls(Kind.CHOICE, _EXACT, sortable=True, choices=tuple(choices))

    @classmethod
    def read_only(cls, kind: Kind = Kind.TEXT) -> "FieldSpec":
        """What is told and cannot be asked for: it is computed, or of no use to a search."""
        return cls(kind)


@dataclass(frozen=True)
class Relation:
    """A way to the words of another resource; of `many` rows, one cannot say which to sort by."""

    spec: "ResourceSpec"
    many: bool = False
    included: bool = True
    counted: bool = False


@dataclass(frozen=True)
class ResourceSpec:
    """The words of one resource. What stands in no word and no relation can be asked for by nobody."""

    fields: Mapping[str, FieldSpec]
    relations: Mapping[str, Relation] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)
    # Unless asked otherwise: the last row of these words first, and cut like that.
    default_order: tuple[str, ...] = ("id",)
    mode: Mode = Mode.PAGE
    # The word that no two rows share, which every order ends with.
    key: str = "id"

    def pick(self, *names: str) -> "ResourceSpec":
        """Some of the words, such as another resource leads to; no relations."""
        return ResourceSpec({name: self.fields[name] for name in names})

    def with_relation(self, name: str, relation: Relation) -> "ResourceSpec":
        """The same words, and a way to others."""
        return replace(self, relations={**self.relations, name: relation})

    def restrict(self, guard: Guard, *names: str) -> "ResourceSpec":
        """The same, but only whom the guard lets through may search and sort by these words, or go these ways."""
        return replace(self, guards={**self.guards, **dict.fromkeys(names, guard)})

    def visible_to(self, caller: Caller | None) -> "ResourceSpec":
        """What this caller may ask."""
        barred = {name for name, guard in self.guards.items() if not guard(caller)}
        words = {name: FieldSpec(word.kind) if name in barred else word for name, word in self.fields.items()}
        ways = {name: relation for name, relation in self.relations.items() if name not in barred}
        return replace(self, fields=words, relations=ways, guards={})

    @cached_property
    def searchable(self) -> Mapping[str, FieldSpec]:
        """Dotted name -> word of what can be searched."""
        return {".".join(path): word for path, word in self._reachable_fields() if word.operators}

    @cached_property
    def sortable(self) -> Mapping[str, FieldSpec]:
        """Dotted name -> word of what can be sorted by."""
        return {".".join(path): word for path, word in self._reachable_fields(one=True) if word.sortable}

    @cached_property
    def included(self) -> tuple[str, ...]:
        """Dotted names of the relations that can be shown with a row."""
        return tuple(".".join(path) for path in self._reachable_relations())

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """Names of the relations whose rows can be counted."""
        return tuple(name for name, relation in self.relations.items() if relation.counted)

    def _reachable_fields(
        self, levels: int = DEPTH_MAX, *, one: bool = False
    ) -> Iterator[tuple[tuple[str, ...], FieldSpec]]:
        yield from (((name,), word) for name, word in self.fields.items())
        for name, relation in self.relations.items() if levels else ():
            if not (one and relation.many):
                yield from (
                    ((name, *path), word) for path, word in relation.spec._reachable_fields(levels - 1, one=one)
                )

    def _reachable_relations(self, levels: int = DEPTH_MAX) -> Iterator[tuple[str, ...]]:
        for name, relation in self.relations.items() if levels else ():
            if relation.included:
                yield (name,)
                yield from ((name, *path) for path in relation.spec._reachable_relations(levels - 1))
