"""A search that was taken apart, held against the words of a list."""

from collections.abc import Iterable, Iterator, Mapping

from shop.core.query.errors import QueryError, Sentence
from shop.core.query.lexer import VALUE_SEPARATOR, Term, split_unescaped, unescape
from shop.core.query.query import Alternatives, Comparison
from shop.core.query.spec import CONDITIONS_MAX, JOINS_MAX, VALUES_MAX, FieldSpec, Operator, ResourceSpec
from shop.core.query.values import Value, parse_value

Operators = Mapping[str, Operator]
_MULTI_VALUE = (Operator.IN, Operator.BETWEEN)


def resolve_operators(spec: ResourceSpec, pairs: tuple[tuple[str, str | None], ...]) -> dict[str, Operator]:
    """Name -> operator of what `searchFields` says; raises Unheard."""
    operators: dict[str, Operator] = {}
    for name, said in pairs:
        word = find_field(spec, name)
        if name in operators:
            raise QueryError(Sentence.TWICE, token=name)
        if said is not None and said not in word.operators:
            raise QueryError(Sentence.OPERATOR, operator=said or "-", token=name, allowed=word.operators)
        operators[name] = Operator(said) if said else word.operators[0]
    return operators


def resolve_terms(
    spec: ResourceSpec, terms: tuple[Term, ...], operators: Operators
) -> Iterator[Alternatives | QueryError]:
    """Each term as conditions of which one has to be met, or what is wrong with it."""
    if len(terms) > CONDITIONS_MAX:
        yield QueryError(Sentence.CONDITIONS, most=CONDITIONS_MAX)
        return
    for term in terms:
        try:
            yield _build_alternatives(spec, term, operators)
        except QueryError as wrong:
            yield wrong


def check_joins(terms: Iterable[Alternatives]) -> None:
    """Raise Unheard when the conditions lead over too many relations, all together."""
    if sum(len(condition.path) - 1 for term in terms for condition in term) > JOINS_MAX:
        raise QueryError(Sentence.JOINS, most=JOINS_MAX)


def find_field(spec: ResourceSpec, name: str) -> FieldSpec:
    """The word that can be searched under a name; raises Unheard."""
    if name not in spec.searchable:
        raise QueryError(Sentence.NOT_SEARCHED, token=name, allowed=tuple(spec.searchable))
    return spec.searchable[name]


def _build_alternatives(spec: ResourceSpec, term: Term, operators: Operators) -> Alternatives:
    if term.name is not None:
        word = find_field(spec, term.name)
        return (_build_comparison(term.name, word, operators.get(term.name, word.operators[0]), term.value),)
    if operators:
        # Whoever says where to look is told when it cannot be there.
        named = ((name, spec.searchable[name], operator) for name, operator in operators.items())
        return tuple(_build_comparison(name, word, operator, term.value) for name, word, operator in named)
    held = tuple(_match_any_field(spec, term.value))
    if not held:
        raise QueryError(Sentence.UNFIT_ANY, value=term.value)
    return held


def _match_any_field(spec: ResourceSpec, value: str) -> Iterator[Comparison]:
    text = unescape(value)
    for name, word in spec.fields.items():
        if word.operators:
            try:
                yield Comparison((name,), word.operators[0], (parse_value(name, word, text),))
            except QueryError:
                continue


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
    return len(values) == 2 and values[0] <= values[1]  # type: ignore[operator]  # both are of one word, so of one type
