"""Error messages of list queries."""

from enum import StrEnum
from typing import Any

_ECHO_MAX = 100


class Sentence(StrEnum):
    """Message templates; each is translated in every catalogue of shop/translations."""

    NOT_SEARCHED = "{token} cannot be searched; what can: {allowed}."
    NOT_SORTED = "{token} cannot be sorted by; what can: {allowed}."
    NOT_SHOWN = "{token} cannot be shown; what can: {allowed}."
    NOT_INCLUDED = "{token} cannot be included; what can: {allowed}."
    NOT_COUNTED = "{token} cannot be counted; what can: {allowed}."
    OPERATOR = "{operator} is no operator of {token}; allowed: {allowed}."
    DIRECTION = "{token} is no direction; allowed: {allowed}."
    DIRECTIONS = "There are {count} directions for {most} names: say one for all, or one for each."
    NO_VALUE = "{token} has no value."
    EMPTY = "A part is empty."
    ESCAPE = "A backslash stands before one of ; : , and \\ only."
    TWICE = "{token} is said twice."
    CONDITIONS = "There are more than {most} conditions."
    JOINS = "The search goes over more than {most} relations."
    VALUES = "{token} has more than {most} values."
    NAMES = "There are more than {most} names."
    PAIR = "{token} needs two values, the lower one first."
    UNFIT_TEXT = "{token} needs a text of at most {most} characters."
    UNFIT_INTEGER = "{token} needs a whole number, not {value}."
    UNFIT_BOOLEAN = "{token} needs true or false, not {value}."
    UNFIT_DATETIME = "{token} needs a moment such as 2026-01-31T12:00:00Z, not {value}."
    UNFIT_UUID = "{token} needs a UUID, not {value}."
    UNFIT_CHOICE = "{token} needs one of these, not {value}: {allowed}."
    UNFIT_ANY = "{value} fits nothing that can be searched."
    NO_PAGES = "What is cut by a cursor has no numbered pages."
    NO_CURSOR = "Only what is cut by a cursor goes on at one."


class QueryError(Exception):
    """Invalid part of a list query; its text is the complete message."""

    def __init__(self, sentence: Sentence, **facts: Any) -> None:
        super().__init__(sentence.format(**{name: _shorten(fact) for name, fact in facts.items()}))


def _shorten(fact: Any) -> str:
    if not isinstance(fact, str):
        return str(fact) if isinstance(fact, int) else ", ".join(fact) or "-"
    return fact if len(fact) <= _ECHO_MAX else f"{fact[:_ECHO_MAX]}…"
