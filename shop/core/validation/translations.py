"""Translated texts: a plain text `<name>`, and `<name>_translations` beside it."""

from collections.abc import Mapping
from copy import copy
from typing import Any, ClassVar

from marshmallow import Schema, fields

from shop.core.i18n.languages import TRANSLATED_LANGUAGES
from shop.core.validation.fields import Text

SUFFIX = "_translations"
UNKNOWN_LANGUAGE = "Not a language of translations; those are: {allowed}."


class _Translations(Schema):
    """Base schema of a text, or null, for each language."""

    document: ClassVar = {"description": "Text in each language."}

    error_messages = {"unknown": UNKNOWN_LANGUAGE.format(allowed=", ".join(TRANSLATED_LANGUAGES))}  # noqa: RUF012 - given shape


class Translations(fields.Nested):
    """Field for an object {language: text or null}.

    The limits are those of the plain text. `name` is the prefix of the schema name in the OpenAPI document.
    """

    def __init__(self, text: Text, name: str, **options: Any) -> None:
        fields_by_language = {language: copy(text) for language in TRANSLATED_LANGUAGES}
        for field in fields_by_language.values():
            # Null means that there is no text in the language.
            field.allow_none, field.required = True, bool(options.get("required"))
            field.metadata = {**field.metadata, "description": "Text in this language; null: none."}
        super().__init__(_Translations.from_dict(dict(fields_by_language), name=f"{name}Schema"), **options)


def merge_translations(values: Mapping[str, Any], row: object = None) -> dict[str, Any]:
    """Merge the translations of a request into those of a row.

    Each given language is set, or removed by null; null in place of the object removes all. The other languages and the
    other values stay.
    """
    return {
        name: _merge(getattr(row, name, None), value) if name.endswith(SUFFIX) else value
        for name, value in values.items()
    }


def list_translations(stored: Mapping[str, str] | None) -> dict[str, str | None]:
    """Return the text of each language, or None."""
    return {language: (stored or {}).get(language) for language in TRANSLATED_LANGUAGES}


def localize(language: str, card: Mapping[str, Any]) -> dict[str, Any]:
    """Return a card with texts in one language.

    A text without a translation stays plain.
    """
    localized = dict(card)
    for name in card:
        if name.endswith(SUFFIX):
            text, plain_name = localized.pop(name).get(language), name.removesuffix(SUFFIX)
            if text is not None and plain_name in localized:
                localized[plain_name] = text
    return localized


def _merge(stored: Mapping[str, str] | None, changes: Mapping[str, str | None] | None) -> dict[str, str] | None:
    if changes is None:
        return None
    merged = {**(stored or {}), **changes}
    return {language: text for language, text in merged.items() if text is not None} or None
