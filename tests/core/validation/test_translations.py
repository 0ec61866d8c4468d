"""Texts in several languages: how a row keeps them, and what one caller is told."""

from typing import Any

import pytest

from shop.core.validation.translations import list_translations, localize, merge_translations


class Row:
    """A row that has a text in one language."""

    def __init__(self, kept: dict[str, str] | None) -> None:
        self.name_translations = kept


@pytest.mark.parametrize(
    ("kept", "said", "left"),
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
def test_each_language_is_set_kept_or_removed_for_itself(kept: Any, said: Any, left: Any) -> None:
    row = Row(kept)
    before = dict(kept or {})

    assert merge_translations({"name": "Tea", "name_translations": said}, row) == {
        "name": "Tea",
        "name_translations": left,
    }
    # A new value, or nobody would see that the row has changed.
    assert (row.name_translations or {}) == before


def test_what_is_not_said_is_not_touched() -> None:
    assert merge_translations({"price_minor": 1}, Row({"zh-Hant": "茶"})) == {"price_minor": 1}


@pytest.mark.parametrize(("language", "name"), [("en", "Tea"), ("zh-Hant", "茶"), ("zh-Hans", "Tea"), ("fr", "Tea")])
def test_a_card_is_told_in_one_language_and_has_no_other_words(language: str, name: str) -> None:
    card = {"id": 7, "name": "Tea", "name_translations": list_translations({"zh-Hant": "茶"}), "stock": 1}

    assert list(localize(language, card).items()) == [("id", 7), ("name", name), ("stock", 1)]
    assert card["name_translations"] == {"zh-Hant": "茶", "zh-Hans": None}


def test_an_empty_text_is_a_text() -> None:
    card = {"note": "Plain", "note_translations": list_translations({"zh-Hans": ""})}

    assert [localize(language, card)["note"] for language in ("zh-Hant", "zh-Hans")] == ["Plain", ""]
