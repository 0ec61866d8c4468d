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
ALL_FIELDS = "*"
DIRECTIONS = {"asc": False, "desc": True}


class QueryErrors(Exception):  # noqa: N818 - a plural: one exception for all errors of a query
    """Errors of a list query: parameter -> messages."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def parse_list_query(spec: ResourceSpec, parameters: Mapping[str, Any]) -> ListQuery:
    """Parse the parameters into a query; raises QueryErrors."""
    parser = _QueryParser(spec, parameters)
    order = parser.parse_order()
    query = ListQuery(
        terms=parser.parse_terms(),
        # Without a search nothing is joined, and a cursor stays valid with and without the parameter.
        match_all=bool(parameters.get("search")) and parameters.get("searchJoin", OR) == AND,
        order=order,
        is_default_order=order == parser.default_order(),
        fields=parser.parse_fields(),
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
        text = self.parameters.get("searchFields")
        try:
            operators = resolve_operators(self.spec, parse_operators(text)) if text else {}
        except QueryError as error:
            # Without its operators the search has no meaning, so it is not checked.
            self._add_error("searchFields", error)
            return ()
        return self._parse_search(operators) if self.parameters.get("search") else ()

    def parse_fields(self) -> tuple[str, ...]:
        """Parse `filter`; `*` selects all fields."""
        if self.parameters.get("filter") == ALL_FIELDS:
            return ()
        return self.parse_names("filter", Sentence.NOT_SHOWN, tuple(self.spec.fields))

    def parse_order(self) -> tuple[Sort, ...]:
        """Parse `orderBy` and `sortedBy` into an order without ties."""
        names = self.parse_names("orderBy", Sentence.NOT_SORTED, tuple(self.spec.sortable), SORTS_MAX)
        directions = self._parse_directions()
        if directions and "orderBy" not in self.parameters:
            names = self.spec.default_order
        if not {"orderBy", "sortedBy"} & self.errors.keys():
            try:
                directions = _expand_directions(directions, names)
            except QueryError as error:
                self._add_error("sortedBy", error)
        return self._complete_order(list(zip(names, directions, strict=False))) or self.default_order()

    def default_order(self) -> tuple[Sort, ...]:
        """Return the order of a request that names none."""
        return self._complete_order([(name, True) for name in self.spec.default_order])

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
        if not self.parameters.get(parameter):
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

    def _complete_order(self, pairs: list[tuple[str, bool]]) -> tuple[Sort, ...]:
        """Return an order that ends with the key; empty without any name."""
        key, sortable = self.spec.key, self.spec.sortable
        key_indexes = [index for index, (name, _) in enumerate(pairs) if name == key]
        # The key is unique: names behind it would change nothing.
        pairs = pairs[: key_indexes[0] + 1] if key_indexes else [*pairs, *((key, last[1]) for last in pairs[-1:])]
        return tuple(Sort(tuple(name.split(".")), sortable[name].kind, descending) for name, descending in pairs)

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
    if text.lower() not in DIRECTIONS:
        raise QueryError(Sentence.DIRECTION, token=text, allowed=tuple(DIRECTIONS))
    return DIRECTIONS[text.lower()]


def _expand_directions(directions: tuple[bool, ...], names: tuple[str, ...]) -> tuple[bool, ...]:
    """Repeat the first direction, or by default ascending, for names without one.

    Raises QueryError for more directions than names.
    """
    if len(directions) > len(names):
        raise QueryError(Sentence.DIRECTIONS, count=len(directions), most=len(names))
    first = directions[0] if directions else False
    return (*directions, *[first] * (len(names) - len(directions)))
