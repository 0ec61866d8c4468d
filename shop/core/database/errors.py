"""Error classes of the database, for the packages above it."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

__all__ = ["UNAVAILABLE_ERRORS", "DBAPIError", "OperationalError"]

# The database is down, is too slow, refuses the connection or has none left in the pool.
UNAVAILABLE_ERRORS = (OperationalError, InterfaceError, PoolTimeoutError)
