"""Rule against re-exports, which bypass the protected contracts."""

import ast
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.rules.own_names import reexports_error
from shop.architecture.source.classes import is_wired
from shop.architecture.source.names import Import, bindings, dotted, imports_of, top_level
from shop.architecture.source.source import Source, Sources
from shop.architecture.table import STRUCTURES, of_module

RULE = "no_reexports"
KEEP = "Let whoever needs it import it from its own file, where its door can see them."
ADVICE = "Keep the class's own name, or a shorter form of its suffix."
# The longest first: a CombinationManager is no Manager of another kind.
SUFFIXES = sorted({structure.suffix for structure in STRUCTURES if structure.suffix}, key=len, reverse=True)


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for re-exported names and for misleading aliases."""
    for source in sources.files:
        yield from _check_all_lists(source)
        yield from _assigned(sources, source)
        for found in imports_of(source):
            yield from _check_aliases(source, found)


def _check_all_lists(source: Source) -> Iterator[Finding]:
    for statement in top_level(source.tree.body):
        if isinstance(statement, ast.FunctionDef) and statement.name == "__getattr__":
            yield source.finding(statement, RULE, "A module's __getattr__ offers names that nobody defined.", KEEP)
        for name in _listed(statement):
            if name in bindings(source) and not reexports_error(source, name):
                yield source.finding(statement, RULE, f"__all__ hands on {name}, which is imported here.", KEEP)


def _listed(statement: ast.stmt) -> list[str]:
    """Return the names that a statement puts into `__all__`."""
    nodes = list(ast.walk(statement)) if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)) else []
    if "__all__" not in {node.id for node in nodes if isinstance(node, ast.Name)}:
        return []
    return [str(node.value) for node in nodes if isinstance(node, ast.Constant)]


def _assigned(sources: Sources, source: Source) -> Iterator[Finding]:
    for statement in top_level(source.tree.body):
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and _is_alias(sources, source, statement.value):
            name = dotted(source, statement.value)
            yield source.finding(statement, RULE, f"A second name for {name} hands it on.", KEEP)
    for statement in (*top_level(source.tree.body), *_class_level(source)) if source.structure else ():
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and (kept := _check_collections(source, statement.value)):
            yield source.finding(statement, RULE, f"A value holds the class {kept} for whoever takes it out.", KEEP)


def _is_alias(sources: Sources, source: Source, value: ast.expr | None) -> bool:
    """Return True for an imported class, function or module alone.

    A constant may have a second name.
    """
    full = dotted(source, value)
    module, _, name = full.rpartition(".")
    if isinstance(value, ast.Name):
        return value.id in bindings(source) and not name.isupper()
    whole = {found.full_name for found in imports_of(source) if not found.name}
    return isinstance(value, ast.Attribute) and (module in sources.by_module or module in whole) and not name.isupper()


def _check_collections(source: Source, value: ast.expr | None) -> str:
    nodes = ast.walk(value) if value else ()
    names = (dotted(source, node) for node in nodes if isinstance(node, (ast.Name, ast.Attribute)))
    return next((name.rpartition(".")[2] for name in names if is_wired(name)), "")


def _class_level(source: Source) -> Iterator[ast.stmt]:
    for node in source.nodes(ast.ClassDef):
        yield from node.body


def _check_aliases(source: Source, found: Import) -> Iterator[Finding]:
    if not found.aliased or not found.name:
        return
    structure = of_module(found.module)
    worn = next((suffix for suffix in SUFFIXES if found.local_name.endswith(suffix)), "")
    own = structure.suffix if structure and found.name.endswith(structure.suffix) else ""
    if worn and worn != own:
        yield source.finding(found.line, RULE, f"{found.name} is dressed up as a {worn}.", ADVICE)
    elif own and not (worn == own or own.endswith(found.local_name)):
        yield source.finding(found.line, RULE, f"{found.local_name} does not say that it is a {own}.", ADVICE)
    elif found.local_name == found.name:
        yield source.finding(found.line, RULE, f"`{found.name} as {found.name}` offers a name to others.", KEEP)
