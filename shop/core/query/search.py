"""Check of a parsed search against the fields of a list."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from shop.core.query.errors import QueryError, Sentence
from shop.core.query.lexer import VALUE_SEPARATOR, Term, split_unescaped, unescape
from shop.core.query.query import Alternatives, Comparison
from shop.core.query.spec import CONDITIONS_MAX, JOINS_MAX, VALUES_MAX, FieldSpec, Operator, ResourceSpec
from shop.core.query.values import Value, parse_value

Operators = Mapping[str, Operator]
_MULTI_VALUE = (Operator.IN, Operator.BETWEEN)


def resolve_operators(spec: ResourceSpec, pairs: tuple[tuple[str, str | None], ...]) -> dict[str, Operator]:
    """Map each name of `searchFields` to its operator; raises QueryError."""
    operators: dict[str, Operator] = {}
    for name, operator in pairs:
        field = find_field(spec, name)
        if name in operators:
            raise QueryError(Sentence.TWICE, token=name)
        if operator is not None and operator.lower() not in field.operators:
            raise QueryError(Sentence.OPERATOR, operator=operator or "-", token=name, allowed=field.operators)
        operators[name] = Operator(operator.lower()) if operator else field.operators[0]
    return operators


def resolve_terms(
    spec: ResourceSpec, terms: tuple[Term, ...], operators: Operators
) -> Iterator[Alternatives | QueryError]:
    """Yield the alternatives of each term, or its error."""
    if len(terms) > CONDITIONS_MAX:
        yield QueryError(Sentence.CONDITIONS, most=CONDITIONS_MAX)
        return
    for term in terms:
        try:
            yield _build_alternatives(spec, term, operators)
        except QueryError as error:
            yield error


def check_joins(terms: Iterable[Alternatives]) -> None:
    """Raise QueryError when all conditions together pass too many relations."""
    if sum(len(condition.path) - 1 for term in terms for condition in term) > JOINS_MAX:
        raise QueryError(Sentence.JOINS, most=JOINS_MAX)


def find_field(spec: ResourceSpec, name: str) -> FieldSpec:
    """Return the searchable field of a name; raises QueryError."""
    if name not in spec.searchable:
        raise QueryError(Sentence.NOT_SEARCHED, token=name, allowed=tuple(spec.searchable))
    return spec.searchable[name]


def _build_alternatives(spec: ResourceSpec, term: Term, operators: Operators) -> Alternatives:
    if term.name is not None:
        field = find_field(spec, term.name)
        return (_build_comparison(term.name, field, operators.get(term.name, field.operators[0]), term.value),)
    if operators:
        # The request names the fields, so a value that does not fit one of them is an error.
        named = ((name, spec.searchable[name], operator) for name, operator in operators.items())
        return tuple(_build_comparison(name, field, operator, term.value) for name, field, operator in named)
    comparisons = tuple(_match_any_field(spec, term.value))
    if not comparisons:
        raise QueryError(Sentence.UNFIT_ANY, value=term.value)
    return comparisons


def _match_any_field(spec: ResourceSpec, value: str) -> Iterator[Comparison]:
    text = unescape(value)
    for name, field in spec.fields.items():
        if not field.operators:
            continue
        with suppress(QueryError):
            yield Comparison((name,), field.operators[0], (parse_value(name, field, text),))


def _build_comparison(name: str, field: FieldSpec, operator: Operator, text: str) -> Comparison:
    parts = split_unescaped(text, VALUE_SEPARATOR) if operator in _MULTI_VALUE else [text]
    if len(parts) > VALUES_MAX:
        raise QueryError(Sentence.VALUES, token=name, most=VALUES_MAX)
    if not all(parts):
        raise QueryError(Sentence.NO_VALUE, token=name)
    values = tuple(parse_value(name, field, unescape(part)) for part in parts)
    if operator is Operator.BETWEEN and not _is_pair(values):
        raise QueryError(Sentence.PAIR, token=name)
    return Comparison(tuple(name.split(".")), operator, values)


def _is_pair(values: tuple[Value, ...]) -> bool:
    return len(values) == 2 and values[0] <= values[1]  # type: ignore[operator]  # both are of one field, so of one type
