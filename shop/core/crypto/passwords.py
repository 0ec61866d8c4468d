"""Password hashes by Argon2id, and the list of common passwords."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shop.core.settings.settings import Settings

_COMMON_PASSWORDS_FILE = Path(__file__).with_name("common_passwords.txt")


@dataclass(frozen=True)
class Passwords:
    """Password hasher with the cost of the settings."""

    settings: Settings

    def hash(self, password: str) -> str:
        """Hash a password with a random salt, in a self-describing text form."""
        return self._hasher.hash(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        """Return True when the hash was made from the password.

        Without a hash, returns False after the same time.
        """
        try:
            self._hasher.verify(hashed or self._dummy_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(hashed)

    def is_outdated(self, hashed: str) -> bool:
        """Return True when a hash was made with other settings."""
        return self._hasher.check_needs_rehash(hashed)

    def warm_up(self) -> None:
        """Create the dummy hash at start-up.

        Otherwise the first sign-in with an unknown name would take longer than the others.
        """
        _ = self._dummy_hash

    @cached_property
    def _hasher(self) -> PasswordHasher:
        settings = self.settings
        return PasswordHasher(settings.argon2_time, settings.argon2_memory_kib, settings.argon2_lanes)

    @cached_property
    def _dummy_hash(self) -> str:
        # Verified when there is no user, so that an unknown name takes as long as a wrong password.
        return self._hasher.hash("password of the dummy hash")


def is_common(password: str) -> bool:
    """Return True for the 30,000 most common passwords, in any case."""
    return password.lower() in _read_common_passwords()


@cache
def _read_common_passwords() -> frozenset[str]:
    lines = _COMMON_PASSWORDS_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
