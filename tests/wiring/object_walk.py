"""Classes and object graphs for the tests of the wiring."""

import dataclasses
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from shop.core.settings.rate import Rate


def place(monkeypatch: pytest.MonkeyPatch, module: str, name: str, **collaborators: type) -> type:
    """Make a frozen dataclass that claims to be defined in a module."""
    kind = dataclasses.make_dataclass(name, collaborators.items(), frozen=True)
    kind.__module__ = module
    stand_in = ModuleType(module)
    setattr(stand_in, name, kind)
    monkeypatch.setitem(sys.modules, module, stand_in)
    return kind


def reachable(*roots: object) -> dict[int, object]:
    """Return every object of shop reachable from the roots, by id."""
    reached: dict[int, object] = {}
    pending = list(roots)
    while pending:
        instance = pending.pop()
        if id(instance) not in reached and is_instance_of_shop(instance):
            reached[id(instance)] = instance
            pending += parts_of(instance)
    return reached


def is_instance_of_shop(instance: object) -> bool:
    # A Rate is an immutable value, so sharing it is no shared state.
    return type(instance).__module__.startswith("shop.") and not isinstance(instance, type | Rate)


def parts_of(instance: Any) -> Iterator[object]:
    """Yield the fields, members and method owners of an object."""
    for value in vars(instance).values() if hasattr(instance, "__dict__") else ():
        members = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple | set) else ()
        for part in (value, *members):
            yield getattr(part, "__self__", part)
