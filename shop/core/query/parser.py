"""What was said to a list, parameter by parameter, into a question; whatever is wrong with it is told all at once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from shop.core.pagination.pages import PER_PAGE_DEFAULT, PageRequest
from shop.core.query.errors import QueryError, Sentence
from shop.core.query.lexer import parse_operators, parse_parts, parse_search
from shop.core.query.query import Alternatives, ListQuery, Sort
from shop.core.query.search import Operators, check_joins, resolve_operators, resolve_terms
from shop.core.query.spec import SORTS_MAX, Mode, ResourceSpec

AND, OR = "and", "or"
DIRECTIONS = {"asc": False, "desc": True}


class QueryErrors(Exception):  # noqa: N818 - it says what it is
    """A question that the list does not understand: parameter -> sentences."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def parse_list_query(spec: ResourceSpec, parameters: Mapping[str, Any]) -> ListQuery:
    """The question that the parameters ask; raises Misunderstood."""
    reading = _QueryParser(spec, parameters)
    asked = ListQuery(
        terms=reading.parse_terms(),
        match_all=parameters.get("searchJoin", OR) == AND,
        order=reading.parse_order(),
        is_default_order="orderBy" not in parameters,
        fields=reading.parse_names("filter", Sentence.NOT_SHOWN, tuple(spec.fields)),
        included=reading.parse_included(),
        counted=frozenset(reading.parse_names("withCount", Sentence.NOT_COUNTED, spec.counted)),
        mode=reading.parse_mode(),
        request=PageRequest(parameters.get("page", 1), parameters.get("per_page", PER_PAGE_DEFAULT)),
        cursor=parameters.get("cursor"),
    )
    if reading.errors:
        raise QueryErrors(reading.errors)
    return asked


@dataclass
class _QueryParser:
    """Reads the parameters one after the other, and notes what is wrong."""

    spec: ResourceSpec
    parameters: Mapping[str, Any]
    errors: dict[str, list[str]] = field(default_factory=dict)

    def parse_terms(self) -> tuple[Alternatives, ...]:
        """What `search` says, in the way that `searchFields` and `searchJoin` say."""
        if "search" not in self.parameters:
            for name in ("searchFields", "searchJoin"):
                if name in self.parameters:
                    self._add_error(name, QueryError(Sentence.NO_SEARCH))
            return ()
        operators: Operators | None = None
        with self._collect_errors("searchFields"):
            said = self.parameters.get("searchFields")
            operators = resolve_operators(self.spec, parse_operators(said)) if said else {}
        # What the search means depends on it.
        return () if operators is None else self._parse_search(operators)

    def parse_order(self) -> tuple[Sort, ...]:
        """What `orderBy` and `sortedBy` say; no two rows are equal in it."""
        key, known = self.spec.key, self.spec.sortable
        names, downs = (
            self.parse_names("orderBy", Sentence.NOT_SORTED, tuple(known), SORTS_MAX),
            self._parse_directions(),
        )
        if not {"orderBy", "sortedBy"} & self.errors.keys():
            with self._collect_errors("sortedBy"):
                downs = _expand_directions(downs, names)
        pairs = list(zip(names, downs, strict=False)) or [(name, True) for name in self.spec.default_order]
        places = [place for place, (name, _) in enumerate(pairs) if name == key]
        # Nothing is left to be decided behind the key.
        pairs = pairs[: places[0] + 1] if places else [*pairs, (key, pairs[-1][1])]
        return tuple(Sort(tuple(name.split(".")), known[name].kind, down) for name, down in pairs)

    def parse_included(self) -> frozenset[str]:
        """What `with` and `include` say, which is the same; whoever asks for `orders.item` asks for `orders`, too."""
        named = [
            name
            for parameter in ("with", "include")
            for name in self.parse_names(parameter, Sentence.NOT_INCLUDED, self.spec.included)
        ]
        return frozenset(name.rsplit(".", up)[0] for name in named for up in range(name.count(".") + 1))

    def parse_names(
        self, parameter: str, refusal: Sentence, allowed: tuple[str, ...], limit: int = 0
    ) -> tuple[str, ...]:
        """The names that a parameter lists, each of them allowed and said once."""
        with self._collect_errors(parameter):
            parts = parse_parts(self.parameters[parameter]) if parameter in self.parameters else []
            if limit and len(parts) > limit:
                raise QueryError(Sentence.NAMES, most=limit)
            for name in dict.fromkeys(parts):
                if name not in allowed:
                    self._add_error(parameter, QueryError(refusal, token=name, allowed=allowed))
                elif parts.count(name) > 1:
                    self._add_error(parameter, QueryError(Sentence.TWICE, token=name))
            return tuple(name for name in parts if name in allowed)
        return ()

    def parse_mode(self) -> Mode:
        """How the list is cut; a cursor says so by itself."""
        by_cursor = "cursor" in self.parameters
        mode = Mode(self.parameters.get("pagination", Mode.CURSOR if by_cursor else self.spec.mode))
        if by_cursor and mode is not Mode.CURSOR:
            self._add_error("cursor", QueryError(Sentence.NO_CURSOR))
        if "page" in self.parameters and mode is Mode.CURSOR:
            self._add_error("page", QueryError(Sentence.NO_PAGES))
        return mode

    def _parse_directions(self) -> tuple[bool, ...]:
        """Of each direction that is said, whether it goes down."""
        with self._collect_errors("sortedBy"):
            parts = parse_parts(self.parameters["sortedBy"]) if "sortedBy" in self.parameters else []
            for part in parts:
                if part not in DIRECTIONS:
                    raise QueryError(Sentence.DIRECTION, token=part, allowed=tuple(DIRECTIONS))
            return tuple(DIRECTIONS[part] for part in parts)
        return ()

    def _parse_search(self, operators: Operators) -> tuple[Alternatives, ...]:
        with self._collect_errors("search"):
            terms = list(resolve_terms(self.spec, parse_search(self.parameters["search"]), operators))
            for wrong in terms:
                if isinstance(wrong, QueryError):
                    self._add_error("search", wrong)
            understood = tuple(term for term in terms if not isinstance(term, QueryError))
            check_joins(understood)
            return understood
        return ()

    @contextmanager
    def _collect_errors(self, parameter: str) -> Iterator[None]:
        try:
            yield
        except QueryError as wrong:
            self._add_error(parameter, wrong)

    def _add_error(self, parameter: str, wrong: QueryError) -> None:
        self.errors.setdefault(parameter, []).append(str(wrong))


def _expand_directions(downs: tuple[bool, ...], names: tuple[str, ...]) -> tuple[bool, ...]:
    """A direction for each name; raises Unheard when there are not as many, nor one for all."""
    if downs and not names:
        raise QueryError(Sentence.NO_ORDER)
    if len(downs) not in (0, 1, len(names)):
        raise QueryError(Sentence.DIRECTIONS, count=len(downs), most=len(names))
    return downs if len(downs) == len(names) else (downs or (False,)) * len(names)
