"""Units of the structures: single files, or folders with private files.

A folder has a face (its `__init__`), which other units import, and an inside (its other files).
"""

from functools import cache

from shop.architecture.source.module_kinds import grants, kind_of
from shop.architecture.table import of_module


@cache
def unit_of(module: str) -> str:
    """Return the unit of a module.

    The unit of `shop.services.stock.writing` is `shop.services.stock`. A module outside of the structures is returned
    unchanged.
    """
    return ".".join(module.split(".")[:3]) if of_module(module) else module


def noun_of(module: str) -> str:
    """Return the last name of a module's unit."""
    return unit_of(module).rpartition(".")[2]


def is_inside(module: str) -> bool:
    """Return True for a file inside of a unit, except its face."""
    return unit_of(module) != module


def share_unit(one: str, other: str) -> bool:
    """Return True when both modules belong to one unit."""
    return of_module(one) is not None and unit_of(one) == unit_of(other)


def may_import(importer: str, imported: str) -> bool:
    """Return True when one module may import the other.

    Applies the access table and the borders of units. Files of one unit import each other, and none of them imports
    the face.
    """
    if share_unit(importer, imported):
        return is_inside(imported)
    return not is_inside(imported) and grants(kind_of(importer), kind_of(imported))
