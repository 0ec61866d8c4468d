"""Search for banned names, shared by several rules."""

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from shop.architecture.finding import Finding
from shop.architecture.source.names import bindings, dotted, imports_of, prefixes
from shop.architecture.source.source import Source, Sources


@dataclass(frozen=True)
class BannedName:
    """Names that only `places` may use.

    `names` are full names (`time.time`; a module includes its contents) or attributes of any object (`.commit`).
    `places` are modules and packages. `everywhere` extends the ban to files outside of the structures.
    """

    names: tuple[str, ...]
    what: str
    instead: str
    places: tuple[str, ...] = ()
    everywhere: bool = False

    def covers(self, source: Source) -> bool:
        """Return True when the ban holds in a file."""
        is_permitted = any(source.module == place or source.module.startswith(f"{place}.") for place in self.places)
        return not is_permitted and (self.everywhere or source.structure is not None)


def find_banned_names(sources: Sources, bans: tuple[BannedName, ...], rule: str) -> Iterator[Finding]:
    """Yield one finding for each line and banned name."""
    for source, ban in product(sources.files, bans):
        if ban.covers(source):
            used = _find_used_names(source)
            hits = {(line, name) for name in ban.names for line in used.get(name, ())}
            for line, name in sorted(hits):
                yield source.finding(line, rule, ban.what.format(word=name.lstrip(".")), ban.instead)


@cache
def _find_used_names(source: Source) -> dict[str, set[int]]:
    """Return the lines of every used name.

    Includes imports, imported and built-in names, and attributes.
    """
    names = (node for node in source.nodes(ast.Name, ast.Attribute) if isinstance(node.ctx, ast.Load))  # type: ignore[attr-defined]  # both have one
    occurrences = (
        *((found.line, found.target) for found in imports_of(source)),
        *((node.lineno, dotted(source, node)) for node in names if _root(node) in _find_known_names(source)),
        *((node.lineno, f".{node.attr}") for node in source.nodes(ast.Attribute)),
    )
    used: dict[str, set[int]] = defaultdict(set)
    for line, name in occurrences:
        for prefix in prefixes(name):
            used[prefix].add(line)
    return dict(used)


@cache
def _find_known_names(source: Source) -> frozenset[str]:
    return frozenset(bindings(source)) | frozenset(dir(builtins)) | {"__builtins__"}


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
