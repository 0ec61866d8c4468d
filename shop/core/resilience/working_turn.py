"""Working turn of a request, which a waiting request gives back."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Protocol

from shop.core.context import set_temporarily


class Turn(Protocol):
    """Permission to process a request; a process has a fixed number."""

    def take(self) -> None:
        """Wait for a free turn and take it."""

    def take_at_once(self) -> None:
        """Take a turn that may not be free.

        The next one that is given back makes up for it.
        """

    def give_back(self) -> None:
        """Give the turn to the next request."""


_current: ContextVar[Turn | None] = ContextVar("working_turn", default=None)


def working_turn(turn: Turn) -> AbstractContextManager[object]:
    """Name the turn that the request holds until the context ends."""
    return set_temporarily(_current, turn)


def holds_turn() -> bool:
    """Return True in a request that holds a turn."""
    return _current.get() is not None


@contextmanager
def without_turn(*, waits_after: bool = True) -> Iterator[None]:
    """Give the turn back while the context lasts; take one afterwards.

    With `waits_after` False the request goes on at once, for one that may hold a lock that requests with turns want.
    """
    turn = _current.get()
    if turn is None:
        yield
        return
    turn.give_back()
    try:
        yield
    finally:
        if waits_after:
            turn.take()
        else:
            turn.take_at_once()
