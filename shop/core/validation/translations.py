"""Texts in several languages: a plain one, which everybody can be told, and beside it `<name>_translations`."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from marshmallow import Schema, fields

from shop.core.i18n.languages import TRANSLATED_LANGUAGES
from shop.core.validation.fields import Text

SUFFIX = "_translations"
UNKNOWN_LANGUAGE = "Not a language of translations; those are: {allowed}."


class _Translations(Schema):
    """The base of what a request says: a text, or null, for each language."""

    error_messages = {"unknown": UNKNOWN_LANGUAGE.format(allowed=", ".join(TRANSLATED_LANGUAGES))}  # noqa: RUF012 - given shape


class Translations(fields.Nested):
    """An object {language: text or null} with the bounds of the plain text; `name` is what documents call it."""

    def __init__(self, text: Text, name: str, **options: Any) -> None:
        words = {language: copy(text) for language in TRANSLATED_LANGUAGES}
        for word in words.values():
            # Null says of a language that there is no text in it, and is what none has that was not named.
            word.allow_none, word.required = True, bool(options.get("required"))
        super().__init__(_Translations.from_dict(dict(words), name=f"{name}Schema"), **options)


def merge_translations(values: Mapping[str, Any], row: object = None) -> dict[str, Any]:
    """The words as a row keeps them: each language that they name is set, or removed by null; the others stay."""
    return {
        name: _merge(getattr(row, name, None), said) if name.endswith(SUFFIX) else said for name, said in values.items()
    }


def list_translations(stored: Mapping[str, str] | None) -> dict[str, str | None]:
    """The text in each language, None where there is none."""
    return {language: (stored or {}).get(language) for language in TRANSLATED_LANGUAGES}


def localize(language: str, card: Mapping[str, Any]) -> dict[str, Any]:
    """A card as one language tells it: its translations where it has them, else the plain texts."""
    plain = {name: value for name, value in card.items() if not name.endswith(SUFFIX)}
    told = {name: card[name + SUFFIX].get(language) for name in plain if name + SUFFIX in card}
    return plain | {name: text for name, text in told.items() if text is not None}


def _merge(stored: Mapping[str, str] | None, changes: Mapping[str, str | None]) -> dict[str, str] | None:
    merged = {**(stored or {}), **changes}
    return {language: text for language, text in merged.items() if text is not None} or None
