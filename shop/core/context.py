"""Temporary values of context variables."""

from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from typing import Generic, TypeVar

T = TypeVar("T")


class _TemporaryValue(AbstractContextManager[T], Generic[T]):
    """Value of a variable while a context lasts.

    A generator would cost three times as much.
    """

    __slots__ = ("_token", "_value", "_variable")

    def __init__(self, variable: ContextVar[T], value: T) -> None:
        self._variable, self._value = variable, value

    def __enter__(self) -> T:
        self._token: Token[T] = self._variable.set(self._value)
        return self._value

    def __exit__(self, *_: object) -> None:
        self._variable.reset(self._token)


def set_temporarily(variable: ContextVar[T], value: T) -> AbstractContextManager[T]:
    """Give a variable a value until the context ends.

    Afterwards it has its former value again. Other threads do not see the change.
    """
    return _TemporaryValue(variable, value)
