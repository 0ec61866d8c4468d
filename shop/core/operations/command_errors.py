"""Errors that a command reports as one sentence."""

from shop.core.database.errors import DatabaseError, OperationalError, describe_database_error, is_missing_table
from shop.core.errors import ShopError
from shop.core.redis.stores import RedisConnectionError, RedisError, RedisTimeoutError
from shop.core.settings.loader import SettingsError

REPORTED_ERRORS = (SettingsError, ShopError, RedisError, DatabaseError, OSError, UnicodeError)
_MIGRATE = "The database lacks a table of this release; run `flask shop migrate`"


def describe_error(error: Exception) -> str:
    """Return the sentence of an error in REPORTED_ERRORS."""
    if isinstance(error, DatabaseError):
        return f"{_database_prefix(error)}: {describe_database_error(error)}"
    if isinstance(error, RedisError):
        is_silent = isinstance(error, RedisConnectionError | RedisTimeoutError)
        return f"Redis {'does not answer' if is_silent else 'refuses a command'}: {error}"
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename} cannot be used: {error.strerror}."
    if isinstance(error, UnicodeError):
        return f"A text is not UTF-8: {error}."
    return str(error)


def _database_prefix(error: DatabaseError) -> str:
    if is_missing_table(error):
        return _MIGRATE
    is_silent = isinstance(error, OperationalError)
    return "The database does not answer" if is_silent else "The database refuses a command"
