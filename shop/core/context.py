"""Temporary values of context variables."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def set_temporarily(variable: ContextVar[T], value: T) -> Iterator[T]:
    """Give a variable a value until the context ends.

    Afterwards it has its former value again. Other threads do not see the change.
    """
    token = variable.set(value)
    try:
        yield value
    finally:
        variable.reset(token)
