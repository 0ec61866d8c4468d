"""Traversal of the objects that a live object holds."""

import functools
import gc
import sys
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from types import CellType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

from shop.architecture.source.module_kinds import is_structure, kind_of
from shop.architecture.units import share_unit

Part = tuple[str, Any]

# Objects of these modules refer to all others, so their parts prove no holder.
_SKIPPED_MODULES = frozenset({"importlib", "logging", "_frozen_importlib", "_frozen_importlib_external"})
_PLAIN_TYPES = (str, bytes, int, float, complex, bool, type(None), ModuleType)


def parts_of(thing: Any) -> Iterator[Part]:
    """Yield the parts of an object with the text that leads there.

    Parts are attributes, items, bound objects, closures and arguments.
    """
    for read_parts in _readers_of(type(thing)):  # type: ignore[arg-type]  # a class is hashable
        yield from read_parts(thing)


@functools.lru_cache(maxsize=2048)
def _readers_of(kind: type) -> tuple[Callable[[Any], Iterable[Part]], ...]:
    """Return the readers of the parts of a class's objects."""
    if issubclass(kind, (*_PLAIN_TYPES, type)):
        return ()
    readers = tuple(read_parts for kinds, read_parts in _PART_READERS if issubclass(kind, kinds))
    return readers if is_foreign(kind) else (*readers, _attributes)


def class_parts(kind: type) -> Iterator[Part]:
    """Yield the values that a class and its files share between objects.

    The closures of decorated methods are included.
    """
    for module in _files(kind):
        for name, value in vars(sys.modules.get(module, object)).items():
            # Classes and functions are there by import, and the contracts check imports.
            if not name.startswith("__") and not isinstance(value, (type, FunctionType, *_PLAIN_TYPES)):
                yield f" has in its file {name}, which", value
    for base in kind.__mro__:
        if base.__module__.partition(".")[0] == "shop":
            yield from ((f".{name}", value) for name, value in vars(base).items() if not name.startswith("__"))


def _files(kind: type) -> dict[str, None]:
    """Return the modules of a class and its bases in the unit."""
    bases = (base.__module__ for base in kind.__mro__ if share_unit(base.__module__, kind.__module__))
    return dict.fromkeys((kind.__module__, *bases))


def is_foreign(kind: type) -> bool:
    """Return True for classes of libraries and the core's subclasses of them."""
    root = kind.__module__.partition(".")[0]
    if root in sys.stdlib_module_names:
        return root in _SKIPPED_MODULES
    return not is_structure(kind_of(kind.__module__)) and any(map(_is_installed, kind.__mro__))


def _is_installed(kind: type) -> bool:
    root = kind.__module__.partition(".")[0]
    place = getattr(sys.modules.get(root), "__file__", None) or ""
    return "site-packages" in place or "dist-packages" in place


def _attributes(thing: Any) -> Iterator[Part]:
    yield from ((f".{name}", value) for name, value in getattr(thing, "__dict__", {}).items())
    for base in type(thing).__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(thing, name):
                yield f".{name}", getattr(thing, name)


def _items(thing: Any) -> Iterator[Part]:
    yield from ((f"[{number}]", part) for number, part in enumerate(thing))


def _entries(thing: Any) -> Iterator[Part]:
    for key, value in thing.items():
        yield f"[{key!r}]", value
        yield " key", key


def _function(thing: Any) -> Iterator[Part]:
    for name, cell in zip(thing.__code__.co_freevars, thing.__closure__ or (), strict=True):
        yield f" closure over {name}", cell
    yield " defaults", thing.__defaults__
    yield " defaults", thing.__kwdefaults__
    yield " attributes", vars(thing)


def _referents(thing: Any) -> Iterator[Part]:
    yield from ((" inside", part) for part in gc.get_referents(thing) if not isinstance(part, type))


def _cell(thing: Any) -> Iterator[Part]:
    try:
        yield "", thing.cell_contents
    except ValueError:  # an empty cell
        return


def _property(thing: Any) -> Iterator[Part]:
    yield from (("", getter) for getter in (thing.fget, thing.fset, thing.fdel))


_PART_READERS: tuple[tuple[Any, Any], ...] = (
    ((list, tuple, set, frozenset, deque), _items),
    ((Mapping, MappingProxyType), _entries),
    (FunctionType, _function),
    (CellType, _cell),
    # The function belongs to the class of the object; only its closure is of interest.
    (MethodType, lambda thing: [("", thing.__self__), *parts_of(thing.__func__)]),
    (functools.partial, lambda thing: [("", thing.func), (" argument", thing.args), (" argument", thing.keywords)]),
    ((staticmethod, classmethod), lambda thing: [("", thing.__func__)]),
    (functools.cached_property, lambda thing: [("", thing.func)]),
    (property, _property),
    (weakref.ref, lambda thing: [("", thing())]),
    (ContextVar, lambda thing: [(" now", thing.get(None))]),
    # Iterators, generators and caches have no readable attributes.
    ((Iterator, type(functools.cache(repr))), _referents),
)
