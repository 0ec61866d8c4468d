"""Replacement of the code of an imported function."""

import gc
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

# Attributes by which a property, a class method and a decorated function hold their function.
_WRAPPED = ("fget", "func", "__func__", "__wrapped__")


def swap_code(module: str, function: str, code: CodeType) -> None:
    """Give a function of an imported module another code, which every reference to it then runs.

    Raises LookupError when the function is not found, ValueError when the code needs other variables around it.
    """
    owner: Any = sys.modules[module]
    for part in function.split("."):
        owner = vars(owner)[part]
    # A result from before the change would hide it.
    if hasattr(owner, "cache_clear"):
        owner.cache_clear()
    swapped = _unwrap(owner, function)
    before = {_place(each): each for each in _nested_codes(swapped.__code__)}
    swapped.__code__ = code
    # Functions that the function has made before, as a decorator does, are changed as well.
    changes = {id(before[_place(each)]): each for each in _nested_codes(code) if before.get(_place(each), each) != each}
    if changes:
        # The tests freeze the objects of the imports, which hides them from the collector.
        gc.unfreeze()
        for made in [each for each in gc.get_objects() if type(each) is FunctionType]:
            made.__code__ = changes.get(id(made.__code__), made.__code__)


def _nested_codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested_codes(constant)


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _unwrap(owner: Any, function: str) -> FunctionType:
    while not (isinstance(owner, FunctionType) and owner.__code__.co_qualname == function):
        inner = [getattr(owner, name) for name in _WRAPPED if getattr(owner, name, None) is not None]
        if not inner:
            raise LookupError(function)
        owner = inner[0]
    return owner
