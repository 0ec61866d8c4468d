"""Hubs and longest chains of the import graph."""

from collections import Counter, defaultdict
from collections.abc import Collection
from functools import cache

from shop.architecture.source.module_kinds import is_structure, kind_of

Links = Collection[tuple[str, str]]

HUBS_MAX = 15
CHAINS_MAX = 5


def find_hubs(links: Links) -> list[tuple[str, int, int]]:
    """Return (module, users, used modules) of the most used modules."""
    used, uses = Counter(imported for _, imported in links), Counter(importer for importer, _ in links)
    return [(name, used[name], uses[name]) for name in sorted(used, key=lambda name: (-used[name], name))[:HUBS_MAX]]


def find_chains(links: Links) -> tuple[tuple[str, ...], ...]:
    """Return the longest import chains between structures, longest first."""
    below: dict[str, list[str]] = defaultdict(list)
    for importer, imported in sorted(links):
        if is_structure(kind_of(importer)) and is_structure(kind_of(imported)):
            below[importer].append(imported)

    @cache
    def longest(module: str) -> tuple[str, ...]:
        return (module, *max((longest(other) for other in below.get(module, ())), key=len, default=()))

    # A cycle has no longest chain, and the layers contract forbids it.
    tops = () if _has_cycle(below) else sorted(below)
    return tuple(sorted((longest(top) for top in tops), key=lambda chain: (-len(chain), chain))[:CHAINS_MAX])


def _has_cycle(below: dict[str, list[str]]) -> bool:
    left = {name: set(others) for name, others in below.items()}
    while left:
        ends = [name for name, others in left.items() if not others & left.keys()]
        if not ends:
            return True
        for name in ends:
            del left[name]
    return False
