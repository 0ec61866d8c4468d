"""Rule that only Models stand under TYPE_CHECKING."""

import ast
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.names import Import, bindings, defined_in, dotted, imports_of
from shop.architecture.source.source import Source, Sources
from shop.architecture.table import of_module

RULE = "type_only"
ADVICE = "Write `if TYPE_CHECKING:` with the name from typing, and nothing else in the condition."


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for type-only imports of other classes than Models."""
    for source in sources.files:
        if "TYPE_CHECKING" in defined_in(source) | _check_rebinding(source):
            yield source.finding(1, RULE, "TYPE_CHECKING is made here, so what it hides would run.", ADVICE)
        for node in source.nodes(ast.If, ast.IfExp, ast.While):
            if asks_for_types(node.test):  # type: ignore[attr-defined]  # all three have one
                yield from _check_hidden_imports(source, node)


def asks_for_types(test: ast.expr) -> bool:
    """Return True when a condition mentions TYPE_CHECKING."""
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(test) if isinstance(node, ast.Attribute)}
    return "TYPE_CHECKING" in names | attributes


def _check_hidden_imports(source: Source, node: ast.AST) -> Iterator[Finding]:
    test = getattr(node, "test")  # noqa: B009 - three kinds of nodes have one, and no base says so
    if not isinstance(node, ast.If) or node.orelse or dotted(source, test) != "typing.TYPE_CHECKING":
        yield source.finding(node, RULE, "This condition is more than the question for types.", ADVICE)
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)  # type: ignore[attr-defined]  # a statement
    for found in imports_of(source):
        if found.line in lines and not _is_allowed(found):
            yield source.finding(
                found.line,
                RULE,
                f"{found.target} is named for type checking, and it is no Model.",
                "Only rows travel as types; take everything else as a collaborator, or as a plain value.",
            )


def _is_allowed(found: Import) -> bool:
    if found.module.partition(".")[0] != "shop":
        return True
    structure = of_module(found.module)
    is_model = structure is not None and structure.name == "Model"
    return is_model and found.name not in {"*", ""} and not found.relative


def _check_rebinding(source: Source) -> set[str]:
    bound = {
        name for name, full in bindings(source).items() if name == "TYPE_CHECKING" and not full.startswith("typing.")
    }
    stored = {node.id for node in source.nodes(ast.Name) if isinstance(node.ctx, ast.Store)}
    return bound | (stored & {"TYPE_CHECKING"})
