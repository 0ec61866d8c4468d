"""Lexer of list parameters: splits a text into its parts.

It knows no fields; the parser checks them afterwards. Parts end at `;`, the values of one part at `,`, and a name ends
at the first `:`. A backslash before one of these, or before another backslash, makes it an ordinary character.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from shop.core.query.errors import QueryError, Sentence

PART_SEPARATOR, VALUE_SEPARATOR, NAME_SEPARATOR = ";", ",", ":"
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)


class Term(NamedTuple):
    """One part of a search: a name and a value.

    Without a name the value is searched for in every field that can hold it. The value keeps its backslashes.
    """

    name: str | None
    value: str


def parse_search(text: str) -> tuple[Term, ...]:
    """Split `name:tea;stock:5;cup` into terms; raises QueryError."""
    return tuple(_parse_term(part) for part in parse_parts(text))


def parse_operators(text: str) -> tuple[tuple[str, str | None], ...]:
    """Split `name:like;id` into pairs; raises QueryError."""
    terms = (_split_name(part) for part in parse_parts(text))
    return tuple((value, None) if name is None else (name, value) for name, value in terms)


def parse_parts(text: str) -> list[str]:
    """Split a text at its semicolons and keep the backslashes.

    Raises QueryError when a part is empty.
    """
    parts = split_unescaped(text, PART_SEPARATOR)
    if not all(parts):
        raise QueryError(Sentence.EMPTY)
    return parts


def split_unescaped(text: str, at: str, max_splits: int = -1) -> list[str]:
    """Split a text at an unescaped character and keep the backslashes.

    After `max_splits` splits the rest stays whole; a negative number means no limit.
    """
    cuts = [position for position in _unescaped_positions(text) if text[position] == at]
    cuts = cuts if max_splits < 0 else cuts[:max_splits]
    begins, ends = [0, *(position + 1 for position in cuts)], [*cuts, len(text)]
    return [text[begin:end] for begin, end in zip(begins, ends, strict=True)]


def unescape(text: str) -> str:
    """Remove the backslashes of a text.

    Raises QueryError when a backslash stands before any other character than `;`, `:`, `,` or a backslash.
    """
    return _ESCAPED.sub(_unescape_match, text)


def escape(text: str) -> str:
    """Add the backslashes that a text needs in a search."""
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
    position = 0
    while position < len(text):
        if text[position] == "\\":
            position += 1
        else:
            yield position
        position += 1


def _unescape_match(match: re.Match[str]) -> str:
    if not match[1] or match[1] not in f"{PART_SEPARATOR}{VALUE_SEPARATOR}{NAME_SEPARATOR}\\":
        raise QueryError(Sentence.ESCAPE)
    return match[1]
