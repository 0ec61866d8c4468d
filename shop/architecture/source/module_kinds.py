"""Kinds of files: structures of the access table and the other packages."""

from functools import cache

from shop.architecture.table import INDEPENDENTS, STRUCTURES, may_use, of_module

_NAMES = frozenset(row.name for row in STRUCTURES)
_WITHOUT_CORE = frozenset(row.name for row in STRUCTURES if not row.uses_core) | {"architecture", "shop"}
# The assembly from top to bottom: each puts together what stands after it.
_ASSEMBLY_ORDER = ("cli", "maintenance", "administration", "worker", "app", "container")
_OTHER_GRANTS: dict[str, frozenset[str]] = {
    **{
        name: frozenset((*_ASSEMBLY_ORDER[i + 1 :], *INDEPENDENTS, "architecture", "migrations"))
        for i, name in enumerate(_ASSEMBLY_ORDER)
    },
    "migrations": frozenset({"migrations"}),
    "architecture": frozenset({"architecture"}),
    "core": frozenset(),
    "shop": frozenset(),
}

# From top to bottom of the map.
KINDS = (*_ASSEMBLY_ORDER, *(row.name for row in reversed(STRUCTURES)), "core", "migrations", "architecture", "shop")


class UnknownName(Exception):  # noqa: N818 - it says what it is
    """Error for a name that the project does not have."""


@cache
def kind_of(module: str) -> str:
    """Return the structure or package of a module; empty outside of shop."""
    if structure := of_module(module):
        return structure.name
    root, place = [*module.split("."), ""][:2]
    if root != "shop":
        return ""
    return place if place in _OTHER_GRANTS else "shop"


@cache
def grants(importer: str, imported: str) -> bool:
    """Return True when one kind may import the other."""
    if imported == "core":
        return importer not in _WITHOUT_CORE
    if importer in _NAMES:
        return imported in _NAMES and may_use(importer, imported)
    return imported in _OTHER_GRANTS[importer]


def is_structure(kind: str) -> bool:
    """Return True when a kind is a row of the access table."""
    return kind in _NAMES
