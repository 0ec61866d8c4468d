"""The grammar of lists: a text into its parts. It knows no field; that is checked afterwards.

Parts end at `;`, the values of one part at `,`, and a name ends at the first `:`. A backslash before one of these, or
before another backslash, takes it for a letter.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from shop.core.query.errors import QueryError, Sentence

PART_SEPARATOR, VALUE_SEPARATOR, NAME_SEPARATOR = ";", ",", ":"
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)


class Term(NamedTuple):
    """A part of a search: a name and a value, or a value for whatever can hold it. The value keeps its backslashes."""

    name: str | None
    value: str


def parse_search(text: str) -> tuple[Term, ...]:
    """The terms of `name:tea;stock:5;cup`; raises Unheard."""
    return tuple(_parse_term(part) for part in parse_parts(text))


def parse_operators(text: str) -> tuple[tuple[str, str | None], ...]:
    """The pairs of `name:like;id`; raises Unheard."""
    terms = (_split_name(part) for part in parse_parts(text))
    return tuple((value, None) if name is None else (name, value) for name, value in terms)


def parse_parts(text: str) -> list[str]:
    """What stands between the semicolons, each with its backslashes; raises Unheard when one is empty."""
    parts = split_unescaped(text, PART_SEPARATOR)
    if not all(parts):
        raise QueryError(Sentence.EMPTY)
    return parts


def split_unescaped(text: str, at: str, max_splits: int = -1) -> list[str]:
    """The parts of a text, which keep their backslashes; after `most` cuts the rest stays whole."""
    cuts = [place for place in _unescaped_positions(text) if text[place] == at]
    cuts = cuts if max_splits < 0 else cuts[:max_splits]
    begins, ends = [0, *(place + 1 for place in cuts)], [*cuts, len(text)]
    return [text[begin:end] for begin, end in zip(begins, ends, strict=True)]


def unescape(text: str) -> str:
    """The text without its backslashes; raises Unheard when one stands before something else."""
    return _ESCAPED.sub(_unescape_match, text)


def escape(text: str) -> str:
    """The text as it is written within a search, wherever it stands."""
    return re.sub(r"([\\;:,])", r"\\\1", text)


def _parse_term(part: str) -> Term:
    name, value = _split_name(part)
    if not value:
        raise QueryError(Sentence.NO_VALUE, token=name or part)
    return Term(name, value)


def _split_name(part: str) -> Term:
    name, *rest = split_unescaped(part, NAME_SEPARATOR, 1)
    if rest and not name:
        raise QueryError(Sentence.EMPTY)
    return Term(name, rest[0]) if rest else Term(None, part)


def _unescaped_positions(text: str) -> Iterator[int]:
    place = 0
    while place < len(text):
        if text[place] == "\\":
            place += 1
        else:
            yield place
        place += 1


def _unescape_match(found: re.Match[str]) -> str:
    if not found[1] or found[1] not in f"{PART_SEPARATOR}{VALUE_SEPARATOR}{NAME_SEPARATOR}\\":
        raise QueryError(Sentence.ESCAPE)
    return found[1]
