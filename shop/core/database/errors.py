"""Error classes of the database, for the packages above it."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import SQLAlchemyError as DatabaseError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

__all__ = ["UNAVAILABLE_ERRORS", "DBAPIError", "DatabaseError", "OperationalError"]

# The database is down, is too slow, refuses the connection or has none left in the pool.
UNAVAILABLE_ERRORS = (OperationalError, InterfaceError, PoolTimeoutError)
# Numbers of MySQL: too many connections, shutdown, no server at the address, connection lost.
_UNREACHABLE = {1040, 1053, 2002, 2003, 2006, 2013}
_NO_TABLE = 1146


def describe_database_error(error: Exception) -> str:
    """Return what the database said, without number, statement and links."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return str(cause.args[-1] if cause.args else cause)


def is_missing_table(error: Exception) -> bool:
    """Return True when a statement names a table that does not exist."""
    return _find_number(error) == _NO_TABLE or "no such table" in describe_database_error(error)


def is_unreachable(error: Exception) -> bool:
    """Return True when a server does not take connections, which may pass."""
    return isinstance(error, PoolTimeoutError) or _find_number(error) in _UNREACHABLE


def _find_number(error: Exception) -> object:
    cause = error.orig if isinstance(error, DBAPIError) else None
    return cause.args[0] if cause and cause.args else None
