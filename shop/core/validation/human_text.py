"""Rule for texts written by people: NFC, visible, one direction of writing."""

import re
import unicodedata

# Ranges of regular expressions of Python and of JSON schemas. Control characters, line and paragraph separators, and
# the characters that turn the direction of the text around them until they are closed.
_FORBIDDEN_IN_LINES = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
_FORBIDDEN = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
_BLANKS = r" \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Default ignorable code points of Unicode, and letters that are blank.
_IGNORABLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff"
    r"\uffa0\ufff0-\ufffb"
)
_IGNORABLE_BEYOND_16_BITS = "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
# Marks are nothing without a letter.
_INVISIBLE = rf"{_IGNORABLE}{_BLANKS}\u0300-\u036f"
_ignorable_pattern = re.compile(f"[{_IGNORABLE}{_IGNORABLE_BEYOND_16_BITS}]")
# First letters of the categories that show something: letters, numbers, punctuation, symbols.
_SHOWN_CATEGORIES = "LNPS"
# Private and unassigned code points: a newer release of Unicode may assign them.
_OTHER_SHOWN = ("Co", "Cn")
_forbidden_pattern = re.compile(f"[{_FORBIDDEN}\ud800-\udfff]")
_forbidden_in_lines_pattern = re.compile(f"[{_FORBIDDEN_IN_LINES}\ud800-\udfff]")


def has_forbidden(text: str, *, multiline: bool = False) -> bool:
    """Return True for a text with a forbidden character."""
    return bool((_forbidden_in_lines_pattern if multiline else _forbidden_pattern).search(text))


def has_ignorable(text: str) -> bool:
    """Return True for a text with a character that shows nothing."""
    return bool(_ignorable_pattern.search(text))


def normalize_text(text: str) -> str:
    """Return the only spelling of a text: NFC, without outer blanks."""
    return unicodedata.normalize("NFC", text).strip()


def is_visible(text: str) -> bool:
    """Return True for a text that shows something."""
    return any(map(_is_shown, text))


def text_pattern(*, multiline: bool, may_be_empty: bool) -> str:
    """Return the rule as a regular expression for the OpenAPI document."""
    forbidden = _FORBIDDEN_IN_LINES if multiline else _FORBIDDEN
    blanks = rf"{_BLANKS}\t\n" if multiline else _BLANKS
    visible = rf"[^{forbidden}]*[^{forbidden}{_INVISIBLE}\t\n][^{forbidden}]*"
    return f"^([{blanks}]*|{visible})$" if may_be_empty else f"^{visible}$"


def _is_shown(letter: str) -> bool:
    category = unicodedata.category(letter)
    shown = category[0] in _SHOWN_CATEGORIES or category in _OTHER_SHOWN
    return shown and not has_ignorable(letter)
