"""Language negotiation of a request."""

import pytest

from shop.core.i18n.languages import choose_language, match_language, translate, translate_rendered

TAGS = {
    "en": "en", "EN-us": "en", "en-GB-oxendict": "en",
    "zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-Hans-SG": "zh-Hans", "zh_CN": "zh-Hans", "zh-Hans-TW": "zh-Hans",
    "zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-hant": "zh-Hant", "zh-Hant-MO": "zh-Hant",
    "yue-Hant-HK": "zh-Hant", "zh-yue": "zh-Hant", "cmn-Hant": "zh-Hant", "und-TW": "zh-Hant", "wuu": "zh-Hans",
    "cy": None, "de-CH": None, "zh-": None, "a" * 35: None,
    "fr": None, "*": None, "": None, "zhx": None, "x-en": None,
}  # fmt: skip

ACCEPTED = {
    "zh-TW,zh;q=0.9,en;q=0.8": "zh-Hant",
    "fr, zh-CN;q=0.5, en;q=0.4": "zh-Hans",
    "en;q=0.1, zh-Hant;q=0.9": "zh-Hant",
    "zh-TW;q=0, en": "en",
    "zh-TW;q=0": "en",
    "fr, de": "en",
    "*": "en",
    "cy, yue-HK;q=0.5": "zh-Hant",
    ", ".join(["fr"] * 30 + ["zh-TW"]): "en",
    ";;;q=,,": "en",
}


@pytest.mark.parametrize(("tag", "language"), TAGS.items())
def test_a_tag_matches_the_closest_language(tag: str, language: str | None) -> None:
    assert match_language(tag) == language


@pytest.mark.parametrize(("accepted", "language"), ACCEPTED.items())
def test_the_accepted_language_of_highest_quality_is_chosen(accepted: str, language: str) -> None:
    assert choose_language(None, None, accepted) == language


def test_the_query_precedes_the_cookie_and_the_cookie_the_header() -> None:
    assert choose_language("en", "zh-Hant", "zh-Hans") == "en"
    assert choose_language(None, "yue-HK", "zh-Hans") == "zh-Hant"
    assert choose_language("klingon", "nonsense", "zh-Hans") == "zh-Hans"
    assert choose_language(None, None, None) == "en"


def test_messages_are_english_outside_a_request() -> None:
    assert translate("Item {item_id} does not exist.", {"item_id": 7}) == "Item 7 does not exist."
    assert translate_rendered("Unknown field.", "sort") == "sort is not known here."
