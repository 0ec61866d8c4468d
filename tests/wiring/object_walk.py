"""Classes and graphs of objects for the tests of the wiring."""

import dataclasses
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from shop.core.settings.rate import Rate


def place(monkeypatch: pytest.MonkeyPatch, module: str, name: str, **collaborators: type) -> type:
    """Make a frozen dataclass with these fields, as if it stood in that module of shop."""
    kind = dataclasses.make_dataclass(name, collaborators.items(), frozen=True)
    kind.__module__ = module
    stand_in = ModuleType(module)
    setattr(stand_in, name, kind)
    monkeypatch.setitem(sys.modules, module, stand_in)
    return kind


def reachable(*roots: object) -> dict[int, object]:
    """Id -> every object of a class of shop that can be reached from these, itself included."""
    found: dict[int, object] = {}
    waiting = list(roots)
    while waiting:
        thing = waiting.pop()
        if id(thing) not in found and is_ours(thing):
            found[id(thing)] = thing
            waiting += parts_of(thing)
    return found


def is_ours(thing: object) -> bool:
    # A rate is a value, as a number is: whoever holds one shares nothing with others who do.
    return type(thing).__module__.startswith("shop.") and not isinstance(thing, type | Rate)


def parts_of(thing: Any) -> Iterator[object]:
    """What an object holds: its fields, the members of its lists and dicts, the owners of its bound methods."""
    for value in vars(thing).values() if hasattr(thing, "__dict__") else ():
        members = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple | set) else ()
        for part in (value, *members):
            yield getattr(part, "__self__", part)
