"""Password hashes: Argon2id."""

from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
# Verified when there is no user, so that an unknown name takes as long as a wrong password.
_NOBODY = _hasher.hash("nobody has this password")


@dataclass(frozen=True)
class Passwords:
    """Makes and checks password hashes."""

    def hash(self, password: str) -> str:
        """A salted hash in its self-describing text form."""
        return _hasher.hash(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether the password made the hash; False after the same time when there is no hash."""
        try:
            _hasher.verify(hashed or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(hashed)
