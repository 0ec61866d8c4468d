"""Permitted paths through the access table."""

from collections import deque

from shop.architecture.table import INDEPENDENTS, structure, used_by


def find_path(importer: str, imported: str) -> tuple[str, ...]:
    """Find the shortest chain of grants between two structures.

    Both ends are included. Returns an empty tuple when there is no chain.
    """
    waiting: deque[tuple[str, ...]] = deque([(importer,)])
    seen = {importer}
    while waiting:
        chain = waiting.popleft()
        for below in structure(chain[-1]).may_use:
            if below == imported:
                return (*chain, below)
            if below not in seen:
                seen.add(below)
                waiting.append((*chain, below))
    return ()


def find_common_users(one: str, other: str) -> tuple[str, ...]:
    """Return the structures that may use both, lowest first."""
    return tuple(name for name in used_by(one) if name in used_by(other))


def find_broken_rule(importer: str, imported: str) -> str:
    """Return the name of the rule that a forbidden use breaks."""
    if importer == imported:
        return "no sibling access"
    if find_path(importer, imported):
        return "no skipping"
    return "no upward access" if find_path(imported, importer) else "not on the table"


def suggest_alternative(importer: str, imported: str) -> str:
    """Describe a permitted alternative to a forbidden use, in one sentence."""
    if importer in INDEPENDENTS:
        return "An independent leans on nothing above it: let the caller use both and hand the value in."
    if (chain := find_path(importer, imported)) and importer != imported:
        return f"Go through {with_article(chain[1])}: {' -> '.join(chain)}."
    if above := find_common_users(importer, imported):
        *names, last = (with_article(name) for name in above)
        return f"Let {', '.join(names)}{' or ' if names else ''}{last} use both."
    if importer == imported:
        return "Nobody may use two of them: move what both need into a Service."
    if find_path(imported, importer):
        return f"Let {with_article(imported)} hand down the value that is needed."
    return f"{with_article(importer).capitalize()} may use: {', '.join(structure(importer).may_use) or 'nothing'}."


def with_article(name: str) -> str:
    """Add the article to the name of a kind."""
    if name.islower():
        return f"the {name}"
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
