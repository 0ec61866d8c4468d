"""A search that was taken apart, held against the words of a list."""

from collections.abc import Iterable, Iterator, Mapping

from shop.core.query.errors import Sentence, Unheard
from shop.core.query.lexer import VALUE, Term, split, unescape
from shop.core.query.query import Alternatives, Condition
from shop.core.query.spec import CONDITIONS_MAX, LEAPS_MAX, VALUES_MAX, Listing, Operator, Word
from shop.core.query.values import Value, read_value

Operators = Mapping[str, Operator]
_LISTS = (Operator.IN, Operator.BETWEEN)


def read_operators(listing: Listing, pairs: tuple[tuple[str, str | None], ...]) -> dict[str, Operator]:
    """Name -> operator of what `searchFields` says; raises Unheard."""
    operators: dict[str, Operator] = {}
    for name, said in pairs:
        word = word_of(listing, name)
        if name in operators:
            raise Unheard(Sentence.TWICE, token=name)
        if said is not None and said not in word.operators:
            raise Unheard(Sentence.OPERATOR, operator=said or "-", token=name, allowed=word.operators)
        operators[name] = Operator(said) if said else word.operators[0]
    return operators


def read_terms(listing: Listing, terms: tuple[Term, ...], operators: Operators) -> Iterator[Alternatives | Unheard]:
    """Each term as conditions of which one has to be met, or what is wrong with it."""
    if len(terms) > CONDITIONS_MAX:
        yield Unheard(Sentence.CONDITIONS, most=CONDITIONS_MAX)
        return
    for term in terms:
        try:
            yield _alternatives(listing, term, operators)
        except Unheard as wrong:
            yield wrong


def check_leaps(terms: Iterable[Alternatives]) -> None:
    """Raise Unheard when the conditions lead over too many relations, all together."""
    if sum(len(condition.path) - 1 for term in terms for condition in term) > LEAPS_MAX:
        raise Unheard(Sentence.LEAPS, most=LEAPS_MAX)


def word_of(listing: Listing, name: str) -> Word:
    """The word that can be searched under a name; raises Unheard."""
    if name not in listing.searchable:
        raise Unheard(Sentence.NOT_SEARCHED, token=name, allowed=tuple(listing.searchable))
    return listing.searchable[name]


def _alternatives(listing: Listing, term: Term, operators: Operators) -> Alternatives:
    if term.name is not None:
        word = word_of(listing, term.name)
        return (_condition(term.name, word, operators.get(term.name, word.operators[0]), term.value),)
    if operators:
        # Whoever says where to look is told when it cannot be there.
        named = ((name, listing.searchable[name], operator) for name, operator in operators.items())
        return tuple(_condition(name, word, operator, term.value) for name, word, operator in named)
    held = tuple(_held(listing, term.value))
    if not held:
        raise Unheard(Sentence.UNFIT_ANY, value=term.value)
    return held


def _held(listing: Listing, said: str) -> Iterator[Condition]:
    text = unescape(said)
    for name, word in listing.words.items():
        if word.operators:
            try:
                yield Condition((name,), word.operators[0], (read_value(name, word, text),))
            except Unheard:
                continue


def _condition(name: str, word: Word, operator: Operator, said: str) -> Condition:
    parts = split(said, VALUE) if operator in _LISTS else [said]
    if len(parts) > VALUES_MAX:
        raise Unheard(Sentence.VALUES, token=name, most=VALUES_MAX)
    if not all(parts):
        raise Unheard(Sentence.NO_VALUE, token=name)
    values = tuple(read_value(name, word, unescape(part)) for part in parts)
    if operator is Operator.BETWEEN and not _is_pair(values):
        raise Unheard(Sentence.PAIR, token=name)
    return Condition(tuple(name.split(".")), operator, values)


def _is_pair(values: tuple[Value, ...]) -> bool:
    return len(values) == 2 and values[0] <= values[1]  # type: ignore[operator]  # both are of one word, so of one type
