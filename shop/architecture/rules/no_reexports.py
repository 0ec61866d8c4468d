"""Rule against re-exports, which bypass the protected contracts."""

import ast
from collections.abc import Iterator
from functools import cache

from shop.architecture.finding import Finding
from shop.architecture.rules.own_names import reexports_error
from shop.architecture.source.classes import is_wired
from shop.architecture.source.names import Import, bindings, dotted, imports_of, top_level
from shop.architecture.source.source import Source, Sources
from shop.architecture.table import STRUCTURES, of_module

RULE = "no_reexports"
ADVICE = "Import it from its own file in each place, where its contract checks the import."
ALIAS_ADVICE = "Keep the name of the class, or a shorter form of its suffix."
# Longest first: CombinationManager before Combination.
SUFFIXES = sorted({structure.suffix for structure in STRUCTURES if structure.suffix}, key=len, reverse=True)


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for re-exported names and for misleading aliases."""
    for source in sources.files:
        yield from _check_file(source)
        yield from _check_second_names(sources, source)


@cache
def _check_file(source: Source) -> tuple[Finding, ...]:
    """Return the findings that depend on no other file."""
    aliases = (finding for import_ in imports_of(source) for finding in _check_aliases(source, import_))
    return (*_check_all_lists(source), *_check_values(source), *aliases)


def _check_all_lists(source: Source) -> Iterator[Finding]:
    for statement in top_level(source.tree.body):
        if isinstance(statement, ast.FunctionDef) and statement.name == "__getattr__":
            yield source.finding(statement, RULE, "A module's __getattr__ offers names without a definition.", ADVICE)
        for name in _list_exports(statement):
            if name in bindings(source) and not reexports_error(source, name):
                yield source.finding(statement, RULE, f"__all__ re-exports {name}, which is imported here.", ADVICE)


def _list_exports(statement: ast.stmt) -> list[str]:
    """Return the names that a statement puts into `__all__`."""
    nodes = list(ast.walk(statement)) if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)) else []
    if "__all__" not in {node.id for node in nodes if isinstance(node, ast.Name)}:
        return []
    return [str(node.value) for node in nodes if isinstance(node, ast.Constant)]


def _check_second_names(sources: Sources, source: Source) -> Iterator[Finding]:
    for statement in top_level(source.tree.body):
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and _is_alias(sources, source, statement.value):
            name = dotted(source, statement.value)
            yield source.finding(statement, RULE, f"A second name for {name} re-exports it.", ADVICE)


def _check_values(source: Source) -> Iterator[Finding]:
    for statement in (*top_level(source.tree.body), *_class_level(source)) if source.structure else ():
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and (
            class_name := _check_collections(source, statement.value)
        ):
            yield source.finding(statement, RULE, f"A value re-exports the class {class_name}.", ADVICE)


def _is_alias(sources: Sources, source: Source, value: ast.expr | None) -> bool:
    """Return True for an imported class, function or module alone.

    A constant may have a second name.
    """
    full = dotted(source, value)
    module, _, name = full.rpartition(".")
    if isinstance(value, ast.Name):
        return value.id in bindings(source) and not name.isupper()
    whole = {import_.full_name for import_ in imports_of(source) if not import_.name}
    return isinstance(value, ast.Attribute) and (module in sources.by_module or module in whole) and not name.isupper()


def _check_collections(source: Source, value: ast.expr | None) -> str:
    nodes = ast.walk(value) if value else ()
    names = (dotted(source, node) for node in nodes if isinstance(node, (ast.Name, ast.Attribute)))
    return next((name.rpartition(".")[2] for name in names if is_wired(name)), "")


def _class_level(source: Source) -> Iterator[ast.stmt]:
    for node in source.nodes(ast.ClassDef):
        yield from node.body


def _check_aliases(source: Source, import_: Import) -> Iterator[Finding]:
    if not import_.aliased or not import_.name:
        return
    structure = of_module(import_.module)
    local_suffix = next((suffix for suffix in SUFFIXES if import_.local_name.endswith(suffix)), "")
    own = structure.suffix if structure and import_.name.endswith(structure.suffix) else ""
    if local_suffix and local_suffix != own:
        yield source.finding(
            import_.line, RULE, f"{import_.name} is imported under the suffix {local_suffix}.", ALIAS_ADVICE
        )
    elif own and not (local_suffix == own or own.endswith(import_.local_name)):
        yield source.finding(import_.line, RULE, f"{import_.local_name} has no suffix {own}.", ALIAS_ADVICE)
    elif import_.local_name == import_.name:
        yield source.finding(import_.line, RULE, f"`{import_.name} as {import_.name}` re-exports a name.", ADVICE)
