"""Password hashes: Argon2id."""

from dataclasses import dataclass
from functools import cache, cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from shop.core.settings.settings import Settings


@dataclass(frozen=True)
class Passwords:
    """Makes and checks password hashes, as dear as the settings say."""

    settings: Settings

    def hash(self, password: str) -> str:
        """A salted hash in its self-describing text form."""
        return self._hasher.hash(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether the password made the hash; False after the same time when there is no hash."""
        try:
            self._hasher.verify(hashed or self._dummy_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(hashed)

    def is_outdated(self, hashed: str) -> bool:
        """Whether a hash was made by other settings than are in force."""
        return self._hasher.check_needs_rehash(hashed)

    def warm_up(self) -> None:
        """Make now what the first stranger would wait for, who could be told apart by it."""
        _ = self._dummy_hash

    @cached_property
    def _hasher(self) -> PasswordHasher:
        said = self.settings
        return PasswordHasher(said.argon2_time, said.argon2_memory_kib, said.argon2_lanes)

    @cached_property
    def _dummy_hash(self) -> str:
        # Verified when there is no user, so that an unknown name takes as long as a wrong password.
        return self._hasher.hash("nobody has this password")


def is_common(password: str) -> bool:
    """Whether a password is among the thirty thousand that are tried first, in whatever case."""
    return password.lower() in _common()


@cache
def _common() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])
