"""A context variable that has a value for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def set_temporarily(variable: ContextVar[T], value: T) -> Iterator[T]:
    """While the context lasts, the variable has the value; then the one from before, in this thread alone."""
    token = variable.set(value)
    try:
        yield value
    finally:
        variable.reset(token)
