"""Words that are not to be used outside of their places: the common part of several rules."""

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
    """Full names (`time.time`; a module stands for all it has) or attributes of anything (`.commit`).

    `places` are the modules and packages that may use them. `everywhere`: beside the structures too.
    """

    names: tuple[str, ...]
    what: str
    instead: str
    places: tuple[str, ...] = ()
    everywhere: bool = False

    def covers(self, source: Source) -> bool:
        """Whether it holds in that file."""
        at_home = any(source.module == place or source.module.startswith(f"{place}.") for place in self.places)
        return not at_home and (self.everywhere or source.structure is not None)


def find_banned_names(sources: Sources, bans: tuple[BannedName, ...], rule: str) -> Iterator[Finding]:
    """One finding for each line and word."""
    for source, ban in product(sources.files, bans):
        if ban.covers(source):
            used = _find_used_names(source)
            hits = {(line, word) for word in ban.names for line in used.get(word, ())}
            for line, word in sorted(hits):
                yield source.finding(line, rule, ban.what.format(word=word.lstrip(".")), ban.instead)


@cache
def _find_used_names(source: Source) -> dict[str, set[int]]:
    """Word -> lines, of what was imported, of names that are imported or built in, and of every attribute."""
    names = (node for node in source.nodes(ast.Name, ast.Attribute) if isinstance(node.ctx, ast.Load))  # type: ignore[attr-defined]  # both have one
    said = (
        *((found.line, found.target) for found in imports_of(source)),
        *((node.lineno, dotted(source, node)) for node in names if _root(node) in _find_known_names(source)),
        *((node.lineno, f".{node.attr}") for node in source.nodes(ast.Attribute)),
    )
    used: dict[str, set[int]] = defaultdict(set)
    for line, name in said:
        for word in prefixes(name):
            used[word].add(line)
    return dict(used)


@cache
def _find_known_names(source: Source) -> frozenset[str]:
    return frozenset(bindings(source)) | frozenset(dir(builtins)) | {"__builtins__"}


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
