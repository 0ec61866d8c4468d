"""Parser of the query parameters of a list.

All errors of a request are collected and raised together.
"""

from collections.abc import Mapping
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


class QueryErrors(Exception):  # noqa: N818 - a plural: one exception for all errors of a query
    """Errors of a list query: parameter -> messages."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def parse_list_query(spec: ResourceSpec, parameters: Mapping[str, Any]) -> ListQuery:
    """Parse the parameters into a query; raises QueryErrors."""
    parser = _QueryParser(spec, parameters)
    query = ListQuery(
        terms=parser.parse_terms(),
        match_all=parameters.get("searchJoin", OR) == AND,
        order=parser.parse_order(),
        is_default_order="orderBy" not in parameters,
        fields=parser.parse_names("filter", Sentence.NOT_SHOWN, tuple(spec.fields)),
        included=parser.parse_included(),
        counted=frozenset(parser.parse_names("withCount", Sentence.NOT_COUNTED, spec.counted)),
        mode=parser.parse_mode(),
        request=PageRequest(parameters.get("page", 1), parameters.get("per_page", PER_PAGE_DEFAULT)),
        cursor=parameters.get("cursor"),
    )
    if parser.errors:
        raise QueryErrors(parser.errors)
    return query


@dataclass
class _QueryParser:
    """Parser of one request: reads parameter by parameter and collects the errors."""

    spec: ResourceSpec
    parameters: Mapping[str, Any]
    errors: dict[str, list[str]] = field(default_factory=dict)

    def parse_terms(self) -> tuple[Alternatives, ...]:
        """Parse `search` with the operators of `searchFields`."""
        if "search" not in self.parameters:
            for name in ("searchFields", "searchJoin"):
                if name in self.parameters:
                    self._add_error(name, QueryError(Sentence.NO_SEARCH))
            return ()
        text = self.parameters.get("searchFields")
        try:
            operators = resolve_operators(self.spec, parse_operators(text)) if text else {}
        except QueryError as error:
            # Without its operators the search has no meaning, so it is not checked.
            self._add_error("searchFields", error)
            return ()
        return self._parse_search(operators)

    def parse_order(self) -> tuple[Sort, ...]:
        """Parse `orderBy` and `sortedBy` into an order without ties."""
        key, sortable = self.spec.key, self.spec.sortable
        names = self.parse_names("orderBy", Sentence.NOT_SORTED, tuple(sortable), SORTS_MAX)
        directions = self._parse_directions()
        if not {"orderBy", "sortedBy"} & self.errors.keys():
            try:
                directions = _expand_directions(directions, names)
            except QueryError as error:
                self._add_error("sortedBy", error)
        pairs = list(zip(names, directions, strict=False)) or [(name, True) for name in self.spec.default_order]
        key_indexes = [index for index, (name, _) in enumerate(pairs) if name == key]
        # The key is unique: names behind it would change nothing.
        pairs = pairs[: key_indexes[0] + 1] if key_indexes else [*pairs, (key, pairs[-1][1])]
        return tuple(Sort(tuple(name.split(".")), sortable[name].kind, descending) for name, descending in pairs)

    def parse_included(self) -> frozenset[str]:
        """Parse `with` and its synonym `include`; `orders.item` includes `orders`, too."""
        names = [
            name
            for parameter in ("with", "include")
            for name in self.parse_names(parameter, Sentence.NOT_INCLUDED, self.spec.included)
        ]
        return frozenset(name.rsplit(".", levels)[0] for name in names for levels in range(name.count(".") + 1))

    def parse_names(
        self, parameter: str, refusal: Sentence, allowed: tuple[str, ...], limit: int = 0
    ) -> tuple[str, ...]:
        """Parse a list of names, each of them allowed and listed once."""
        if parameter not in self.parameters:
            return ()
        try:
            names = _split_names(self.parameters[parameter], limit)
        except QueryError as error:
            self._add_error(parameter, error)
            return ()
        for name in dict.fromkeys(names):
            if name not in allowed:
                self._add_error(parameter, QueryError(refusal, token=name, allowed=allowed))
            elif names.count(name) > 1:
                self._add_error(parameter, QueryError(Sentence.TWICE, token=name))
        return tuple(name for name in names if name in allowed)

    def parse_mode(self) -> Mode:
        """Parse `pagination`; a cursor implies its mode."""
        has_cursor = "cursor" in self.parameters
        mode = Mode(self.parameters.get("pagination", Mode.CURSOR if has_cursor else self.spec.mode))
        if has_cursor and mode is not Mode.CURSOR:
            self._add_error("cursor", QueryError(Sentence.NO_CURSOR))
        if "page" in self.parameters and mode is Mode.CURSOR:
            self._add_error("page", QueryError(Sentence.NO_PAGES))
        return mode

    def _parse_directions(self) -> tuple[bool, ...]:
        """Parse `sortedBy`; returns True for each descending direction."""
        if "sortedBy" not in self.parameters:
            return ()
        try:
            return tuple(map(_parse_direction, parse_parts(self.parameters["sortedBy"])))
        except QueryError as error:
            self._add_error("sortedBy", error)
            return ()

    def _parse_search(self, operators: Operators) -> tuple[Alternatives, ...]:
        try:
            terms = list(resolve_terms(self.spec, parse_search(self.parameters["search"]), operators))
            for term in terms:
                if isinstance(term, QueryError):
                    self._add_error("search", term)
            valid_terms = tuple(term for term in terms if not isinstance(term, QueryError))
            check_joins(valid_terms)
        except QueryError as error:
            self._add_error("search", error)
            return ()
        return valid_terms

    def _add_error(self, parameter: str, error: QueryError) -> None:
        self.errors.setdefault(parameter, []).append(str(error))


def _split_names(text: str, limit: int) -> list[str]:
    """Split a list of names; a limit of 0 means none.

    Raises QueryError when there are too many.
    """
    names = parse_parts(text)
    if limit and len(names) > limit:
        raise QueryError(Sentence.NAMES, most=limit)
    return names


def _parse_direction(text: str) -> bool:
    if text not in DIRECTIONS:
        raise QueryError(Sentence.DIRECTION, token=text, allowed=tuple(DIRECTIONS))
    return DIRECTIONS[text]


def _expand_directions(directions: tuple[bool, ...], names: tuple[str, ...]) -> tuple[bool, ...]:
    """Repeat a single direction, or by default ascending, for all names.

    Raises QueryError for any other number of directions.
    """
    if directions and not names:
        raise QueryError(Sentence.NO_ORDER)
    if len(directions) not in (0, 1, len(names)):
        raise QueryError(Sentence.DIRECTIONS, count=len(directions), most=len(names))
    return directions if len(directions) == len(names) else (directions or (False,)) * len(names)
