"""Units of the structures: one file, or a folder with a face (its `__init__`) and an inside (its other files)."""

from shop.architecture.source.module_kinds import grants, kind_of
from shop.architecture.table import of_module


def unit_of(module: str) -> str:
    """Return the unit that a module belongs to: `shop.services.stock` of `shop.services.stock.drain`.

    A module beside the structures is returned as it is.
    """
    return ".".join(module.split(".")[:3]) if of_module(module) else module


def noun_of(module: str) -> str:
    """Return the last name of a module's unit."""
    return unit_of(module).rpartition(".")[2]


def is_inside(module: str) -> bool:
    """Return True for a file inside of a unit, False for a unit's face and for any other module."""
    return unit_of(module) != module


def share_unit(one: str, other: str) -> bool:
    """Return True when both modules belong to one unit of a structure."""
    return of_module(one) is not None and unit_of(one) == unit_of(other)


def may_import(importer: str, imported: str) -> bool:
    """Return True when one module may import the other, by the access table and by the borders of units.

    Within a unit its files import each other, and none of them imports the face.
    """
    if share_unit(importer, imported):
        return is_inside(imported)
    return not is_inside(imported) and grants(kind_of(importer), kind_of(imported))
