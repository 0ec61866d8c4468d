"""Forms in which one object can hold another."""

import functools
import queue
import threading
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any


def generated(sibling: object) -> Iterator[object]:
    yield sibling
    yield sibling


def start_generator(sibling: object) -> Iterator[object]:
    generator = generated(sibling)
    next(generator)
    return generator


def cached(sibling: object) -> Callable[[int], object]:
    remember = functools.cache(lambda _: remember.__dict__.pop("it"))
    remember.__dict__["it"] = sibling
    remember(1)
    return remember


def queued(sibling: object) -> "queue.Queue[object]":
    waiting: queue.Queue[object] = queue.Queue()
    waiting.put(sibling)
    return waiting


def local(sibling: object) -> threading.local:
    place = threading.local()
    place.it = sibling
    return place


def in_context(sibling: object) -> "ContextVar[object]":
    variable: ContextVar[object] = ContextVar("it")
    variable.set(sibling)
    return variable


class Box:
    __slots__ = ("inner",)

    def __init__(self, inner: object) -> None:
        self.inner = inner


WRAPPERS: dict[str, Callable[[Any], Any]] = {
    "itself": lambda sibling: sibling,
    "in a list": lambda sibling: [sibling],
    "in a tuple in a dict": lambda sibling: {"siblings": (sibling,)},
    "as a key": lambda sibling: {sibling.get: 1},
    "in a set of bound methods": lambda sibling: {sibling.get},
    "a bound method": lambda sibling: sibling.get,
    "a partial": lambda sibling: functools.partial(sibling.get, include_hidden=True),
    "an argument of a partial": lambda sibling: functools.partial(print, sibling),
    "a closure": lambda sibling: lambda: sibling,
    "a default": lambda sibling: lambda it=sibling: it,
    "a closure in a partial in a list": lambda sibling: [functools.partial(lambda: sibling)],
    "a namespace": lambda sibling: SimpleNamespace(it=sibling),
    "an object of another class": Box,
    "a weak reference": weakref.ref,
    "an iterator": lambda sibling: iter([sibling]),
    "a mapped iterator": lambda sibling: map(sibling.get, []),
    "a generator": start_generator,
    "a cache": cached,
    "a queue": queued,
    "a thread-local": local,
    "a context variable": in_context,
    "a thread": lambda sibling: threading.Thread(target=sibling.get),
    "the class": type,
    "a function of the class": lambda sibling: type(sibling).get,
}
