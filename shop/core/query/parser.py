"""What was said to a list, parameter by parameter, into a question; whatever is wrong with it is told all at once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from shop.core.pagination.pages import PER_PAGE_DEFAULT, PageRequest
from shop.core.query.errors import Sentence, Unheard
from shop.core.query.lexer import parse_operators, parse_parts, parse_search
from shop.core.query.query import Alternatives, Asked, Sort
from shop.core.query.search import Operators, check_leaps, read_operators, read_terms
from shop.core.query.spec import SORTS_MAX, Listing, Mode

AND, OR = "and", "or"
DIRECTIONS = {"asc": False, "desc": True}


class Misunderstood(Exception):  # noqa: N818 - it says what it is
    """A question that the list does not understand: parameter -> sentences."""

    def __init__(self, mistakes: dict[str, list[str]]) -> None:
        super().__init__(str(mistakes))
        self.mistakes = mistakes


def understand(listing: Listing, said: Mapping[str, Any]) -> Asked:
    """The question that the parameters ask; raises Misunderstood."""
    reading = _Reading(listing, said)
    asked = Asked(
        terms=reading.terms(),
        every=said.get("searchJoin", OR) == AND,
        order=reading.order(),
        usual="orderBy" not in said,
        shown=reading.names("filter", Sentence.NOT_SHOWN, tuple(listing.words)),
        included=reading.included(),
        counted=frozenset(reading.names("withCount", Sentence.NOT_COUNTED, listing.counted)),
        mode=reading.mode(),
        request=PageRequest(said.get("page", 1), said.get("per_page", PER_PAGE_DEFAULT)),
        cursor=said.get("cursor"),
    )
    if reading.mistakes:
        raise Misunderstood(reading.mistakes)
    return asked


@dataclass
class _Reading:
    """Reads the parameters one after the other, and notes what is wrong."""

    listing: Listing
    said: Mapping[str, Any]
    mistakes: dict[str, list[str]] = field(default_factory=dict)

    def terms(self) -> tuple[Alternatives, ...]:
        """What `search` says, in the way that `searchFields` and `searchJoin` say."""
        if "search" not in self.said:
            for name in ("searchFields", "searchJoin"):
                if name in self.said:
                    self._note(name, Unheard(Sentence.NO_SEARCH))
            return ()
        operators: Operators | None = None
        with self._noted("searchFields"):
            said = self.said.get("searchFields")
            operators = read_operators(self.listing, parse_operators(said)) if said else {}
        # What the search means depends on it.
        return () if operators is None else self._read_terms(operators)

    def order(self) -> tuple[Sort, ...]:
        """What `orderBy` and `sortedBy` say; no two rows are equal in it."""
        key, known = self.listing.key, self.listing.sortable
        names, downs = self.names("orderBy", Sentence.NOT_SORTED, tuple(known), SORTS_MAX), self._directions()
        if not {"orderBy", "sortedBy"} & self.mistakes.keys():
            with self._noted("sortedBy"):
                downs = _spread(downs, names)
        pairs = list(zip(names, downs, strict=False)) or [(name, True) for name in self.listing.newest]
        places = [place for place, (name, _) in enumerate(pairs) if name == key]
        # Nothing is left to be decided behind the key.
        pairs = pairs[: places[0] + 1] if places else [*pairs, (key, pairs[-1][1])]
        return tuple(Sort(tuple(name.split(".")), known[name].kind, down) for name, down in pairs)

    def included(self) -> frozenset[str]:
        """What `with` and `include` say, which is the same; whoever asks for `orders.item` asks for `orders`, too."""
        named = [
            name
            for parameter in ("with", "include")
            for name in self.names(parameter, Sentence.NOT_INCLUDED, self.listing.included)
        ]
        return frozenset(name.rsplit(".", up)[0] for name in named for up in range(name.count(".") + 1))

    def names(self, parameter: str, refusal: Sentence, allowed: tuple[str, ...], most: int = 0) -> tuple[str, ...]:
        """The names that a parameter lists, each of them allowed and said once."""
        with self._noted(parameter):
            parts = parse_parts(self.said[parameter]) if parameter in self.said else []
            if most and len(parts) > most:
                raise Unheard(Sentence.NAMES, most=most)
            for name in dict.fromkeys(parts):
                if name not in allowed:
                    self._note(parameter, Unheard(refusal, token=name, allowed=allowed))
                elif parts.count(name) > 1:
                    self._note(parameter, Unheard(Sentence.TWICE, token=name))
            return tuple(name for name in parts if name in allowed)
        return ()

    def mode(self) -> Mode:
        """How the list is cut; a cursor says so by itself."""
        by_cursor = "cursor" in self.said
        mode = Mode(self.said.get("pagination", Mode.CURSOR if by_cursor else self.listing.mode))
        if by_cursor and mode is not Mode.CURSOR:
            self._note("cursor", Unheard(Sentence.NO_CURSOR))
        if "page" in self.said and mode is Mode.CURSOR:
            self._note("page", Unheard(Sentence.NO_PAGES))
        return mode

    def _directions(self) -> tuple[bool, ...]:
        """Of each direction that is said, whether it goes down."""
        with self._noted("sortedBy"):
            parts = parse_parts(self.said["sortedBy"]) if "sortedBy" in self.said else []
            for part in parts:
                if part not in DIRECTIONS:
                    raise Unheard(Sentence.DIRECTION, token=part, allowed=tuple(DIRECTIONS))
            return tuple(DIRECTIONS[part] for part in parts)
        return ()

    def _read_terms(self, operators: Operators) -> tuple[Alternatives, ...]:
        with self._noted("search"):
            terms = list(read_terms(self.listing, parse_search(self.said["search"]), operators))
            for wrong in terms:
                if isinstance(wrong, Unheard):
                    self._note("search", wrong)
            understood = tuple(term for term in terms if not isinstance(term, Unheard))
            check_leaps(understood)
            return understood
        return ()

    @contextmanager
    def _noted(self, parameter: str) -> Iterator[None]:
        try:
            yield
        except Unheard as wrong:
            self._note(parameter, wrong)

    def _note(self, parameter: str, wrong: Unheard) -> None:
        self.mistakes.setdefault(parameter, []).append(str(wrong))


def _spread(downs: tuple[bool, ...], names: tuple[str, ...]) -> tuple[bool, ...]:
    """A direction for each name; raises Unheard when there are not as many, nor one for all."""
    if downs and not names:
        raise Unheard(Sentence.NO_ORDER)
    if len(downs) not in (0, 1, len(names)):
        raise Unheard(Sentence.DIRECTIONS, count=len(downs), most=len(names))
    return downs if len(downs) == len(names) else (downs or (False,)) * len(names)
