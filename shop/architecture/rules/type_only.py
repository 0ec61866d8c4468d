"""Rule that only Models stand under TYPE_CHECKING."""

import ast
from collections.abc import Iterator
from functools import cache

from shop.architecture.finding import Finding
from shop.architecture.source.names import Import, bindings, defined_in, dotted, imports_of
from shop.architecture.source.source import Source, Sources
from shop.architecture.table import of_module

RULE = "type_only"
ADVICE = "Write `if TYPE_CHECKING:` with the name from typing, without any other condition."


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for type-only imports of other classes than Models."""
    for source in sources.files:
        yield from _check_file(source)


@cache
def _check_file(source: Source) -> tuple[Finding, ...]:
    return tuple(_find_in_file(source))


def _find_in_file(source: Source) -> Iterator[Finding]:
    if "TYPE_CHECKING" in defined_in(source) | _check_rebinding(source):
        yield source.finding(1, RULE, "This file defines TYPE_CHECKING, so the imports below it would run.", ADVICE)
    for node in source.nodes(ast.If, ast.IfExp, ast.While):
        if mentions_type_checking(node.test):  # type: ignore[attr-defined]  # all three have one
            yield from _check_hidden_imports(source, node)


def mentions_type_checking(test: ast.expr) -> bool:
    """Return True when a condition mentions TYPE_CHECKING."""
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(test) if isinstance(node, ast.Attribute)}
    return "TYPE_CHECKING" in names | attributes


def _check_hidden_imports(source: Source, node: ast.AST) -> Iterator[Finding]:
    test = getattr(node, "test")  # noqa: B009 - three kinds of nodes have one, and no base says so
    if not isinstance(node, ast.If) or node.orelse or dotted(source, test) != "typing.TYPE_CHECKING":
        yield source.finding(node, RULE, "This condition tests more than TYPE_CHECKING.", ADVICE)
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)  # type: ignore[attr-defined]  # a statement
    for import_ in imports_of(source):
        if import_.line in lines and not _is_allowed(import_):
            yield source.finding(
                import_.line,
                RULE,
                f"{import_.target} is imported for type checking, and it is no Model.",
                "Only Models may be imported as types; use a collaborator or a plain value.",
            )


def _is_allowed(import_: Import) -> bool:
    if import_.module.partition(".")[0] != "shop":
        return True
    structure = of_module(import_.module)
    is_model = structure is not None and structure.name == "Model"
    return is_model and import_.name not in {"*", ""} and not import_.relative


def _check_rebinding(source: Source) -> set[str]:
    bound = {
        name for name, full in bindings(source).items() if name == "TYPE_CHECKING" and not full.startswith("typing.")
    }
    stored = {node.id for node in source.nodes(ast.Name) if isinstance(node.ctx, ast.Store)}
    return bound | (stored & {"TYPE_CHECKING"})
