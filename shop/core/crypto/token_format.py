"""Format of tokens: their kinds, and the values of header and claims."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

# Required claims and their types. PyJWT accepts a text for a number, and a token without `exp`.
CLAIMS: dict[str, type] = {
    "iss": str, "aud": str, "exp": int, "iat": int, "nbf": int, "jti": str, "sub": str, "tenant": int, "sid": str,
    "typ": str,
}  # fmt: skip
# Tokens of earlier releases have this type; the last of them expires one refresh lifetime after the update.
UNTYPED = "jwt"
_ID = re.compile(r"[1-9][0-9]{0,17}")
# Largest key of the table tenants.
_TENANT_MAX = 2**31 - 1
# Seconds since 1970 at the end of the year 9999, the last one of a date.
_EXPIRY_MAX = 253_402_300_799


class TokenKind(StrEnum):
    """Purpose of a token: requests, or the next pair of tokens."""

    ACCESS = "access"
    REFRESH = "refresh"

    @property
    def header_type(self) -> str:
        """`typ` of the header (RFC 9068 for access tokens)."""
        return "at+jwt" if self is TokenKind.ACCESS else "rt+jwt"


def check_header(header: Mapping[str, Any], kind: TokenKind) -> None:
    """Raise ValueError when the header is that of another kind of token."""
    # A media type: its case and the prefix mean nothing (RFC 7515, section 4.1.9).
    named = str(header.get("typ")).lower().removeprefix("application/")
    if named not in (kind.header_type, UNTYPED):
        raise ValueError("the token is of another type")


def check_claims(payload: Mapping[str, Any], kind: TokenKind) -> None:
    """Raise ValueError or KeyError unless each claim has a possible value."""
    if {name: type(payload[name]) for name in CLAIMS} != CLAIMS or payload["typ"] != kind:
        raise ValueError("a claim has the wrong type")
    if not _ID.fullmatch(payload["sub"]) or not 1 <= payload["tenant"] <= _TENANT_MAX:
        raise ValueError("the subject or the tenant is no id")
    if not all(0 <= payload[name] <= _EXPIRY_MAX for name in ("iat", "nbf", "exp")):
        raise ValueError("a time is out of range")
    # UUID() accepts braces, prefixes and upper case, so that one session would have several names.
    if any(str(UUID(payload[name])) != payload[name] for name in ("sid", "jti")):
        raise ValueError("an id is not in its only form")
