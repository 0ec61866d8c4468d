"""Translated texts: merge into a row, and choice of a language."""

from typing import Any

import pytest

from shop.core.validation.translations import list_translations, localize, merge_translations


class Row:
    """Row with a translated text."""

    def __init__(self, translations: dict[str, str] | None) -> None:
        self.name_translations = translations


@pytest.mark.parametrize(
    ("stored", "changes", "merged"),
    [
        (None, {"zh-Hant": "茶"}, {"zh-Hant": "茶"}),
        ({"zh-Hant": "茶"}, {"zh-Hans": "茶叶"}, {"zh-Hant": "茶", "zh-Hans": "茶叶"}),
        ({"zh-Hant": "茶"}, {"zh-Hant": "茗"}, {"zh-Hant": "茗"}),
        ({"zh-Hant": "茶", "zh-Hans": "茶叶"}, {"zh-Hant": None}, {"zh-Hans": "茶叶"}),
        ({"zh-Hant": "茶"}, {}, {"zh-Hant": "茶"}),
        ({"zh-Hant": "茶"}, {"zh-Hant": None}, None),
        (None, {"zh-Hans": None}, None),
    ],
)
def test_each_language_is_set_kept_or_removed_on_its_own(stored: Any, changes: Any, merged: Any) -> None:
    row = Row(stored)
    before = dict(stored or {})

    assert merge_translations({"name": "Tea", "name_translations": changes}, row) == {
        "name": "Tea",
        "name_translations": merged,
    }
    # The value is a new object: SQLAlchemy does not see a change within the old one.
    assert (row.name_translations or {}) == before


def test_values_without_translations_are_not_changed() -> None:
    assert merge_translations({"price_minor": 1}, Row({"zh-Hant": "茶"})) == {"price_minor": 1}


@pytest.mark.parametrize(("language", "name"), [("en", "Tea"), ("zh-Hant", "茶"), ("zh-Hans", "Tea"), ("fr", "Tea")])
def test_a_card_is_localized_to_one_language(language: str, name: str) -> None:
    card = {"id": 7, "name": "Tea", "name_translations": list_translations({"zh-Hant": "茶"}), "stock": 1}

    assert list(localize(language, card).items()) == [("id", 7), ("name", name), ("stock", 1)]
    assert card["name_translations"] == {"zh-Hant": "茶", "zh-Hans": None}


def test_an_empty_translation_is_used() -> None:
    card = {"note": "Plain", "note_translations": list_translations({"zh-Hans": ""})}

    assert [localize(language, card)["note"] for language in ("zh-Hant", "zh-Hans")] == ["Plain", ""]
