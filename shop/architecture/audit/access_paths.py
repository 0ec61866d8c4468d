"""Permitted paths through the access table."""

from collections import deque

from shop.architecture.table import INDEPENDENTS, structure, used_by


def find_path(importer: str, imported: str) -> tuple[str, ...]:
    """Find the shortest chain of grants between two structures.

    Both ends are included. Returns an empty tuple when there is no chain.
    """
    queue: deque[tuple[str, ...]] = deque([(importer,)])
    seen = {importer}
    while queue:
        chain = queue.popleft()
        for below in structure(chain[-1]).may_use:
            if below == imported:
                return (*chain, below)
            if below not in seen:
                seen.add(below)
                queue.append((*chain, below))
    return ()


def find_common_users(first: str, second: str) -> tuple[str, ...]:
    """Return the structures that may use both, lowest first."""
    return tuple(name for name in used_by(first) if name in used_by(second))


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
        return "An independent uses nothing above it: let the caller use both and pass the value."
    if (chain := find_path(importer, imported)) and importer != imported:
        return f"Go through {with_article(chain[1])}: {' -> '.join(chain)}."
    if common := find_common_users(importer, imported):
        *names, last = (with_article(name) for name in common)
        return f"Let {', '.join(names)}{' or ' if names else ''}{last} use both."
    if importer == imported:
        return "No structure may use two of them: move the shared code into a Service."
    if find_path(imported, importer):
        return f"Let {with_article(imported)} pass the value down."
    return f"{with_article(importer).capitalize()} may use: {', '.join(structure(importer).may_use) or 'nothing'}."


def with_article(name: str) -> str:
    """Add the article to the name of a kind."""
    if name.islower():
        return f"the {name}"
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
