"""Password hashes by Argon2id, and the list of common passwords."""

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shop.core.settings.settings import Settings

_COMMON_PASSWORDS_FILE = Path(__file__).with_name("common_passwords.txt")


class PasswordMatch(IntEnum):
    """Result of a verification.

    RAW is that of a hash from before passwords were normalized.
    """

    NONE = 0
    RAW = 1
    NORMALIZED = 2


@dataclass(frozen=True)
class Passwords:
    """Password hasher with the cost of the settings."""

    settings: Settings

    def hash(self, password: str) -> str:
        """Hash the normal form of a password with a random salt."""
        return self._hasher.hash(normalize_password(password))

    def verify(self, hashed: str | None, password: str) -> PasswordMatch:
        """Compare a hash with a password.

        Its normal form is compared, and the password itself if that differs. Without a hash, returns NONE after the
        same time.
        """
        normal = normalize_password(password)
        # Always both, so that the time says neither which one matched nor that there is an account.
        matches = self._matches(hashed, normal), normal != password and self._matches(hashed, password)
        if matches[0]:
            return PasswordMatch.NORMALIZED
        return PasswordMatch.RAW if matches[1] else PasswordMatch.NONE

    def is_outdated(self, hashed: str) -> bool:
        """Return True when a hash was made with other settings."""
        return self._hasher.check_needs_rehash(hashed)

    def warm_up(self) -> None:
        """Create the dummy hash at start-up.

        Otherwise the first sign-in with an unknown name would take longer than the others.
        """
        _ = self._dummy_hash

    def _matches(self, hashed: str | None, password: str) -> bool:
        try:
            self._hasher.verify(hashed or self._dummy_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(hashed)

    @cached_property
    def _hasher(self) -> PasswordHasher:
        settings = self.settings
        return PasswordHasher(settings.argon2_time, settings.argon2_memory_kib, settings.argon2_lanes)

    @cached_property
    def _dummy_hash(self) -> str:
        # Verified when there is no user, so that an unknown name takes as long as a wrong password.
        return self._hasher.hash("password of the dummy hash")


def normalize_password(password: str) -> str:
    """Return the form that is hashed (NFKC, as NIST SP 800-63B says).

    The same password typed on another keyboard or system has the same form.
    """
    return unicodedata.normalize("NFKC", password)


def is_common(password: str) -> bool:
    """Return True for the 30,000 most common passwords, in any case."""
    return normalize_password(password).lower() in _read_common_passwords()


@cache
def _read_common_passwords() -> frozenset[str]:
    lines = _COMMON_PASSWORDS_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
