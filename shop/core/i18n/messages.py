"""Messages of exception codes, success codes and HTTP statuses."""

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from types import ModuleType

from werkzeug.http import HTTP_STATUS_CODES

from shop.core.errors import find_code
from shop.core.i18n.languages import translate

_PLACEHOLDER = re.compile(r"\{\w+\}")
_success_sentences: dict[int, str] = {}


def register_success_codes(modules: Iterable[ModuleType]) -> None:
    """Register the enums called ...SuccessCode.

    Raises ValueError for a malformed or duplicate code.
    """
    names: dict[int, str] = {}
    for name, code in iterate_success_codes(modules):
        number, sentence = getattr(code, "number", None), getattr(code, "sentence", "")
        if not (isinstance(number, int) and len(str(number)) in (6, 8) and 200 <= http_status(number) <= 299):
            raise ValueError(f"{number} of {name} is no success code: six or eight digits, the first three a 2xx.")
        if not sentence:
            raise ValueError(f"{number} of {name} has no sentence.")
        if number in names:
            raise ValueError(f"{number} of {name} belongs to {names[number]} already.")
        names[number], _success_sentences[number] = name, sentence


def iterate_success_codes(modules: Iterable[ModuleType]) -> Iterator[tuple[str, Enum]]:
    """Yield each success code with its name.

    An Enum makes one member of two codes with the same number, and keeps both names.
    """
    for module in modules:
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Enum) and kind.__name__.endswith("SuccessCode"):
                yield from ((f"{kind.__name__}.{name}", member) for name, member in kind.__members__.items())


def translate_code(code: int, name: str | None = None) -> str:
    """Translate the message of a code, by default to the request's language.

    Facts of a failure are replaced by `…`.
    """
    failure = find_code(code)
    sentence = failure.sentence if failure else _success_sentences.get(code)
    if sentence is None:
        return translate(HTTP_STATUS_CODES[http_status(code)], name=name)
    return _PLACEHOLDER.sub("…", translate(sentence, name=name))


def http_status(code: int) -> int:
    """Return the HTTP status of a code: its first three digits."""
    return code if code < 1000 else int(str(code)[:3])
