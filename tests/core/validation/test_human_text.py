"""The rule for texts that people write."""

import re
import unicodedata
from typing import Any

import pytest
from marshmallow import ValidationError

from shop.core.validation.fields import HumanText
from shop.core.validation.human_text import text_pattern

NO_CONTROL = "No control characters."
NO_DIRECTION = "No line separators, and no characters that change the direction of writing."
INVISIBLE = "At least one visible character."
OVERRIDES = [chr(number) for number in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
SEPARATORS = ["\u2028", "\u2029", "\x85", "\v", "\f", "\r", "\x1c"]
IGNORED = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u3164", "\u115f", "\uffa0", "\u2800"]
IGNORED += ["\u180e", "\ufe0f", "\U000e0041", "\u200e", "\u200f", "\u061c", "\u0301", "\ufff9"]
BLANKS = ["", " ", "   ", "\u00a0", "\u3000", "\u2003\u2009"]
TEXTS = ["Ann", "茶", "שלום", "مرحبا", "می‌خواهم", "👩‍👩‍👧", "❤️", "a\u00a0b", "¡!", "x\u200fy", "1"]


def refusal(field: Any, value: str) -> Any:
    with pytest.raises(ValidationError) as raised:
        field.deserialize(value)
    return raised.value.messages


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
@pytest.mark.parametrize("multiline", [False, True])
def test_a_visible_text_is_not_changed(text: str, *, multiline: bool) -> None:
    assert HumanText(20, min_length=1, multiline=multiline).deserialize(text) == text


@pytest.mark.parametrize("letter", OVERRIDES + SEPARATORS, ids=ascii)
@pytest.mark.parametrize("multiline", [False, True])
def test_a_separator_or_an_override_is_refused_everywhere(letter: str, *, multiline: bool) -> None:
    field = HumanText(20, multiline=multiline)
    for text in (letter, f"a{letter}b", f"{letter}a", f"a{letter}"):
        assert refusal(field, text) == [NO_CONTROL if letter < "\u2000" else NO_DIRECTION]


@pytest.mark.parametrize("letter", IGNORED, ids=ascii)
def test_a_text_that_shows_nothing_is_refused(letter: str) -> None:
    for text in (letter, letter * 3, f" {letter} ", "".join(IGNORED)):
        assert refusal(HumanText(50, min_length=1), text) == [INVISIBLE]
        assert refusal(HumanText(50), text) == [INVISIBLE]


@pytest.mark.parametrize("text", BLANKS, ids=ascii)
def test_blanks_are_an_empty_text(text: str) -> None:
    assert HumanText(50).deserialize(text) == ""
    assert refusal(HumanText(50, min_length=1), text) == ["Length must be between 1 and 50."]


def test_a_text_has_one_spelling() -> None:
    assert HumanText(20).deserialize("  Zoe\u0308 \u3000") == "Zo\u00eb"
    assert HumanText(3).deserialize("e\u0301" * 3) == "\u00e9" * 3
    assert HumanText(20, multiline=True).deserialize("\n a\n\tb \n") == "a\n\tb"


@pytest.mark.parametrize("multiline", [False, True])
@pytest.mark.parametrize("low", [0, 1])
def test_the_documented_pattern_is_the_rule(low: int, *, multiline: bool) -> None:
    pattern = re.compile(text_pattern(multiline=multiline, may_be_empty=not low).replace("$", r"\Z"))
    field = HumanText(50, min_length=low, multiline=multiline)
    # JSON schemas have no classes for marks of other scripts, and no escapes beyond 16 bits.
    letters = [letter for letter in IGNORED + OVERRIDES + SEPARATORS + BLANKS + TEXTS if letter < "\U00010000"]
    for text in (*letters, *(f"a{letter}" for letter in letters), "\n", "a\nb", "\tb"):
        try:
            field.deserialize(text)
            accepted = True
        except ValidationError:
            accepted = False
        assert (pattern.match(text) is not None) is accepted, ascii(text)


def test_no_combination_of_letters_becomes_forbidden_by_normalization() -> None:
    for number in (*range(0xD800), *range(0xE000, 0x30000)):
        assert not re.search(r"[\x00-\x1f\u2028-\u202e]", unicodedata.normalize("NFC", chr(number))) or number < 0x2030
