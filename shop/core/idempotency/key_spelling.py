"""Spellings of an idempotency key: as a structured field string, and plain.

The draft of the header demands `"k-77"`, whose inside is the key; most clients send `k-77`. Both are one key. Records,
notes and purchases are stored under the spelling that was sent, and searched under both.
"""

import re
from functools import lru_cache

_LENGTH_MAX = 255
_PLAIN = re.compile(r"[\x21-\x7e]{1,255}")
# RFC 9651: a quote and a backslash are escaped, and nothing else is.
_QUOTED = re.compile(r'"((?:[\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"')
_ESCAPE, _ESCAPED = re.compile(r'\\(["\\])'), re.compile(r'["\\]')
# Both for the OpenAPI document, without escapes: a plain key without commas, and any key in quotes.
KEY_PATTERN = r'^([!#-+\--~][!-+\--~]*|"([!#-\[\]-~]|\\["\\])+"|"([!#-+\--~][!-+\--~]*|"[!-+\--~]+)?)$'


def is_repeated(value: str) -> bool:
    """Return True for the joined values of several header lines.

    WSGI joins them with commas, so a key with a comma has to be quoted.
    """
    return "," in value and not is_quoted(value)


def is_valid(value: str) -> bool:
    """Return True for a key with 1 to 255 visible ASCII characters."""
    return bool(_PLAIN.fullmatch(value)) and value != '""'


def is_quoted(value: str) -> bool:
    """Return True for a key in quotes."""
    return bool(_QUOTED.fullmatch(value))


@lru_cache(maxsize=1024)
def find_other_spelling(value: str) -> str | None:
    """Return the other spelling of a key, or None.

    A plain key that looks quoted cannot be sent plain: it would be another key.
    """
    if quoted := _QUOTED.fullmatch(value):
        inside = _ESCAPE.sub(r"\1", quoted[1])
        return None if is_quoted(inside) else inside
    quoted_value = '"' + _ESCAPED.sub(r"\\\g<0>", value) + '"'
    return quoted_value if len(quoted_value) <= _LENGTH_MAX else None
