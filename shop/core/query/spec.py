"""What a list may be asked: public names, what each holds, and what may be done with it; no word about tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from shop.core.caller import Caller

# How far a name may lead: `orders.item.name` passes two relations.
LEVELS = 2
CONDITIONS_MAX = 20
# All conditions of a search together. Each relation is a table more that MySQL finds an order of joins for, and at
# twenty tables it is still looking when the client is gone.
LEAPS_MAX = 6
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
    WHOLE = "whole number"
    TRUTH = "true or false"
    MOMENT = "moment"
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
class Word:
    """A public name. Its first operator counts where none is named; without any it cannot be searched."""

    kind: Kind
    operators: tuple[Operator, ...] = ()
    sortable: bool = False
    choices: tuple[str, ...] = ()

    @classmethod
    def phrase(cls, *, sortable: bool = True) -> "Word":
        """A text in which one looks for words."""
        return cls(Kind.TEXT, (Operator.LIKE, *_EXACT), sortable)

    @classmethod
    def label(cls) -> "Word":
        """A text that one knows."""
        return cls(Kind.TEXT, _EXACT, sortable=True)

    @classmethod
    def whole(cls) -> "Word":
        """A whole number."""
        return cls(Kind.WHOLE, _RANGED, sortable=True)

    @classmethod
    def moment(cls) -> "Word":
        """A moment."""
        return cls(Kind.MOMENT, _RANGED, sortable=True)

    @classmethod
    def uuid(cls) -> "Word":
        """A UUID."""
        return cls(Kind.UUID, _EXACT, sortable=True)

    @classmethod
    def truth(cls) -> "Word":
        """Something that is or is not."""
        return cls(Kind.TRUTH, (Operator.EQUAL,), sortable=True)

    @classmethod
    def choice(cls, choices: Iterable[str]) -> "Word":
        """One of some states."""
        return cls(Kind.CHOICE, _EXACT, sortable=True, choices=tuple(choices))

    @classmethod
    def told(cls, kind: Kind = Kind.TEXT) -> "Word":
        """What is told and cannot be asked for: it is computed, or of no use to a search."""
        return cls(kind)


@dataclass(frozen=True)
class Relation:
    """A way to the words of another resource; of `many` rows, one cannot say which to sort by."""

    listing: "Listing"
    many: bool = False
    included: bool = True
    counted: bool = False


@dataclass(frozen=True)
class Listing:
    """The words of one resource. What stands in no word and no relation can be asked for by nobody."""

    words: Mapping[str, Word]
    relations: Mapping[str, Relation] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)
    # Unless asked otherwise: the last row of these words first, and cut like that.
    newest: tuple[str, ...] = ("id",)
    mode: Mode = Mode.PAGE
    # The word that no two rows share, which every order ends with.
    key: str = "id"

    def pick(self, *names: str) -> "Listing":
        """Some of the words, such as another resource leads to; no relations."""
        return Listing({name: self.words[name] for name in names})

    def relate(self, name: str, relation: Relation) -> "Listing":
        """The same words, and a way to others."""
        return replace(self, relations={**self.relations, name: relation})

    def only(self, guard: Guard, *names: str) -> "Listing":
        """The same, but only whom the guard lets through may search and sort by these words, or go these ways."""
        return replace(self, guards={**self.guards, **dict.fromkeys(names, guard)})

    def heard_from(self, caller: Caller | None) -> "Listing":
        """What this caller may ask."""
        barred = {name for name, guard in self.guards.items() if not guard(caller)}
        words = {name: Word(word.kind) if name in barred else word for name, word in self.words.items()}
        ways = {name: relation for name, relation in self.relations.items() if name not in barred}
        return replace(self, words=words, relations=ways, guards={})

    @cached_property
    def searchable(self) -> Mapping[str, Word]:
        """Dotted name -> word of what can be searched."""
        return {".".join(path): word for path, word in self._reached() if word.operators}

    @cached_property
    def sortable(self) -> Mapping[str, Word]:
        """Dotted name -> word of what can be sorted by."""
        return {".".join(path): word for path, word in self._reached(one=True) if word.sortable}

    @cached_property
    def included(self) -> tuple[str, ...]:
        """Dotted names of the relations that can be shown with a row."""
        return tuple(".".join(path) for path in self._ways())

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """Names of the relations whose rows can be counted."""
        return tuple(name for name, relation in self.relations.items() if relation.counted)

    def _reached(self, levels: int = LEVELS, *, one: bool = False) -> Iterator[tuple[tuple[str, ...], Word]]:
        yield from (((name,), word) for name, word in self.words.items())
        for name, relation in self.relations.items() if levels else ():
            if not (one and relation.many):
                yield from (((name, *path), word) for path, word in relation.listing._reached(levels - 1, one=one))

    def _ways(self, levels: int = LEVELS) -> Iterator[tuple[str, ...]]:
        for name, relation in self.relations.items() if levels else ():
            if relation.included:
                yield (name,)
                yield from ((name, *path) for path in relation.listing._ways(levels - 1))
