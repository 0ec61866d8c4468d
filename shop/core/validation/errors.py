"""What is wrong with the words of a request: for each word where it stands, which code it earns, and sentences."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import quote

from marshmallow import Schema

from shop.core.errors import CoreExceptionCode, ExceptionCode
from shop.core.i18n.languages import retell

# A body has room for a hundred thousand words, and names as long as itself.
MOST = 100
# Of one word.
SENTENCES_MAX = 10
# What all of the body is called.
WHOLE = "body"
_NAME_MAX = 100


class Mistake(NamedTuple):
    """One wrong word: the place of the request that it stands in (`json`, `query`, `headers`), and the way to it.

    Its sentences are English ones, as they were found.
    """

    place: str
    way: tuple[str, ...]
    code: ExceptionCode
    sentences: tuple[str, ...]

    @property
    def name(self) -> str:
        """The word with dots: `lines.0.count`; `body` for all of it."""
        return ".".join(self.way) or WHOLE

    def told(self) -> list[str]:
        """Its sentences in the caller's language. Of the members of a list, the list is what they speak about."""
        about = next((step for step in reversed(self.way) if not step.isdecimal()), WHOLE)
        return [retell(sentence, about) for sentence in self.sentences]


class Mistakes(tuple[Mistake, ...]):
    """What is wrong with a request: all of it, up to a hundred words."""

    __slots__ = ()

    def told(self) -> dict[str, list[str]]:
        """Dotted word -> its sentences, in the caller's language."""
        return {mistake.name: mistake.told() for mistake in self}

    def listed(self) -> Iterator[dict[str, Any]]:
        """Each sentence by itself, as RFC 9457 tells it; a JSON pointer leads to a word of the body."""
        for mistake in self:
            where = _where(mistake)
            for sentence in mistake.told():
                yield {**where, "code": mistake.code.number, "detail": sentence}


def find_mistakes(messages: dict[str, Any], schema: Schema) -> Mistakes:
    """What webargs found: {"json": {"quantity": ["sentence", ...]}}."""
    codes = {field.data_key or name: field.metadata.get("code") for name, field in schema.fields.items()}
    found = (
        Mistake(place, way, (codes.get(way[0]) if way else None) or CoreExceptionCode.FIELD_INVALID, sentences)
        for place, inner in messages.items()
        for way, sentences in flatten(inner)
    )
    return Mistakes(islice(found, MOST))


def flatten(messages: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Marshmallow's nested messages as (way, sentences)."""
    if not isinstance(messages, dict):
        yield way, tuple(str(message) for message in messages)
        return
    for name, inner in messages.items():
        yield from flatten(inner, way if name == "_schema" else (*way, str(name)[:_NAME_MAX]))


class InvalidWords(Exception):  # noqa: N818 - it says what it is
    """The words of a request broke a Checker: what is wrong, and the code of the first wrong field."""

    def __init__(self, messages: dict[str, Any], schema: Schema) -> None:
        super().__init__()
        self.mistakes = find_mistakes(messages, schema)
        self.code = _first_code(self.mistakes, schema)


def _first_code(mistakes: Mistakes, schema: Schema) -> ExceptionCode:
    wrong = {mistake.way[0]: mistake.code for mistake in mistakes if mistake.way}
    names = (field.data_key or name for name, field in schema.fields.items())
    return next((wrong[name] for name in names if name in wrong), CoreExceptionCode.FIELD_INVALID)


def _where(mistake: Mistake) -> dict[str, str]:
    if mistake.place == "json":
        # As a fragment (RFC 6901, section 6): `#` is the whole body.
        return {"pointer": "#" + "".join(f"/{_escaped(step)}" for step in mistake.way)}
    return {"header" if mistake.place == "headers" else "parameter": mistake.name}


def _escaped(step: str) -> str:
    return quote(step.replace("~", "~0").replace("/", "~1"), safe="~")
