"""Redaction of secrets, by field name and by pattern."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

MASKED_MAX = 120
_MASK = "***"


def mask_text(text: str | None) -> str | None:
    """Mask a text as `a***`, or an e-mail address as `a***@e***.com`.

    The result has at most 120 characters.
    """
    if text is None:
        return None
    name, at, host = text.rpartition("@")
    if not at:
        return text[:1] + _MASK
    domain, dot, top = host.rpartition(".")
    return f"{name[:1]}{_MASK}@{(domain or top)[:1]}{_MASK}{dot}{top if dot else ''}"[:MASKED_MAX]


# Parts of names in any spelling: `newPassword`, `refresh_token` and `X-Api-Key` are secrets too.
SECRET_WORDS = (
    "password",
    "passwd",
    "secret",
    "token",
    "authorization",
    "cookie",
    "credential",
    "api-key",
    "private-key",
)
REDACTED = "***"
DEPTH_MAX = 8
MEMBERS_MAX = 1000
TEXT_MAX = 4096
# Longer texts are cut before the scan, far above TEXT_MAX, so that no half secret at this cut is part of the result.
_SCAN_MAX = 16 * TEXT_MAX
_DIGEST = 16
_INT_MAX = 2**63


_HEADER = re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(['\"]?\s*[:=]\s*)[^\r\n]+")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}")
# The base64 of a JSON object: a token, a part of one, or a signed cursor.
_JWT = re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*)*")
_HASH = re.compile(r"\$(?:argon2|2[aby]|scrypt|pbkdf2)[\w-]*\$[^\s'\"]+")
_ADDRESS = re.compile(r"(?<=://)([^\s/?#@:]*:)[^\s/?#]*(?=@)")
# Anchored at the start of a word: otherwise a long word without an @ would be scanned once for each letter.
# A letter may be followed by its accent (Unicode NFD).
_EMAIL = re.compile(
    r"(?<![\w\u0300-\u036f.+%-])([\w\u0300-\u036f.+%-]++)@([\w\u0300-\u036f-]++(?:\.[\w\u0300-\u036f-]++)+)"
)


class Redactor:
    """Redactor of values, texts and names.

    `secret_words` are parts of secret names in addition to `SECRET_WORDS`.
    """

    def __init__(self, secret_words: Iterable[str] = ()) -> None:
        self._secret_words = (*SECRET_WORDS, *filter(_normalize, secret_words))
        self._normalized_words = tuple(map(_normalize, self._secret_words))
        # Names repeat, unlike values.
        self.is_secret = lru_cache(maxsize=4096)(self._is_secret)
        self.redact_name = lru_cache(maxsize=1024)(self._redact_name)

    def redact_value(self, value: Any, name: str = "", depth: int = DEPTH_MAX) -> Any:
        """Return a value without secrets, JSON-safe and bounded.

        The value of a secret name is replaced as a whole.
        """
        if name and value is not None and self.is_secret(name):
            return REDACTED
        match value:
            case None | bool() | float():
                return value
            case int():
                return value if -_INT_MAX <= value < _INT_MAX else str(value)[:TEXT_MAX]
            case str():
                return self._redact_string(value, name)
            # First the usual kinds, since a comparison with an abstract class costs more.
            case dict() | list() | tuple() | set() | frozenset() | Mapping():
                return self._redact_members(value, depth) if depth else "…"
        # Bytes may contain a secret in any encoding.
        return f"{len(value)} bytes" if isinstance(value, bytes | bytearray) else self.redact_text(str(value))

    def redact_text(self, text: str) -> str:
        """Mask secrets and e-mail addresses in a text by their pattern."""
        text = text[:_SCAN_MAX]
        # Most texts contain no hint of a secret; this check costs a tenth of the patterns.
        plain = text.lower().replace("-", "").replace("_", "")
        if any(hint in plain for hint in self._hints):
            for pattern, replacement in self._patterns:
                text = pattern.sub(replacement, text)
        return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}…"

    def _is_secret(self, name: str) -> bool:
        plain = _normalize(name)
        return any(word in plain for word in self._normalized_words)

    def _redact_name(self, name: str) -> str:
        # MongoDB refuses a name with a NUL, together with the other records of its batch.
        return self.redact_text(name).replace("\0", "\\0")

    def _redact_string(self, text: str, name: str) -> str:
        plain = _normalize(name)
        if plain == "idempotencykey":
            return digest(text)
        if plain.endswith("email"):
            # A text without an @ may be a password in the wrong field.
            return str(mask_text(text)) if "@" in text else REDACTED
        return self.redact_text(text)

    def _redact_members(self, value: Any, depth: int) -> Any:
        if isinstance(value, dict | Mapping):
            members = list(value.items())[:MEMBERS_MAX]
            return {self.redact_name(str(n)): self.redact_value(member, str(n), depth - 1) for n, member in members}
        return [self.redact_value(member, "", depth - 1) for member in list(value)[:MEMBERS_MAX]]

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Any]]:
        # A quoted value ends at its closing quote, after any escaped quotes; a value that was cut ends with its line.
        # Of a list, at most 300 characters are masked. A value without quotes ends where the next member begins.
        quoted = r"""[bru]{0,2}+(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|["'][^\r\n]*+)"""
        within = r"""\\{1,9}+["'](?:.*?\\{1,9}+["']|[^\r\n]*+)"""
        value = rf"""(?:{quoted}|{within}|[\[{{(][^\]}})]{{0,300}}+|[^\s"'&,;}}\])]+)"""
        # Each part is bounded, so that no text makes the scan read a letter more than a few dozen times.
        names = re.compile(
            rf"""(?is)({self._secret_names})([\w-]{{0,40}}+(?:\\{{0,9}}+["'])?\s{{0,9}}+[:=]\s{{0,9}}+){value}"""
        )
        return [
            (_HEADER, rf"\1\2{REDACTED}"),
            (_BEARER, rf"\1 {REDACTED}"),
            (names, rf"\1\2{REDACTED}"),
            (_JWT, REDACTED),
            (_HASH, REDACTED),
            (_ADDRESS, rf"\1{REDACTED}"),
            (_EMAIL, lambda match: str(mask_text(match[0]))),
        ]

    @cached_property
    def _hints(self) -> tuple[str, ...]:
        return ("@", "eyj", "$", "bearer", "basic", *self._normalized_words)

    @cached_property
    def _secret_names(self) -> str:
        # The word `api-key` matches `api_key` and `apiKey` too.
        return "|".join("[_-]?".join(re.findall("[a-z0-9]+", word.lower())) for word in self._secret_words)


def digest(text: str) -> str:
    """Return a digest that stands for a private text.

    The same text has the same digest.
    """
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:_DIGEST]


@lru_cache(maxsize=1024)
def _normalize(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))
