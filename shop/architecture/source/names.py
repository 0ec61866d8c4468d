"""Imported, defined and full names in one file."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from shop.architecture.source.source import Source


@dataclass(frozen=True)
class Import:
    """Name that an import binds; `name` is empty for a whole module."""

    line: int
    module: str
    name: str
    local_name: str
    relative: bool = False
    aliased: bool = False

    @property
    def target(self) -> str:
        """Full name of the imported object."""
        return f"{self.module}.{self.name}" if self.name else self.module

    @property
    def full_name(self) -> str:
        """Full name of the bound name: `import a.b` binds `a`."""
        return self.target if self.name or self.aliased else self.local_name


@cache
def imports_of(source: Source) -> tuple[Import, ...]:
    """Return every import of a file, also in functions and conditions."""
    return tuple(
        import_
        for node in source.nodes(ast.Import, ast.ImportFrom)
        for alias in node.names  # type: ignore[attr-defined]  # both kinds have names
        for import_ in [_import(source, node, alias)]
    )


@cache
def bindings(source: Source) -> dict[str, str]:
    """Map local names to the full names of their imports."""
    return {import_.local_name: import_.full_name for import_ in imports_of(source)}


@cache
def defined_in(source: Source) -> frozenset[str]:
    """Return the names that a module defines at top level."""
    return frozenset(name for statement in top_level(source.tree.body) for name in _find_defined_names(statement))


def dotted(source: Source, node: ast.AST | None) -> str:
    """Return the full name of an expression, empty when it has none."""
    if isinstance(node, ast.Name):
        local = f"{source.module}.{node.id}" if node.id in defined_in(source) else node.id
        return bindings(source).get(node.id, local)
    if isinstance(node, ast.Attribute):
        owner = dotted(source, node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def find_annotation_names(source: Source, annotation: ast.AST | None) -> Iterator[str]:
    """Yield the full name of each class in an annotation."""
    for node in ast.walk(annotation) if annotation else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from find_annotation_names(source, _parsed(node.value))
        elif name := dotted(source, node):
            yield name


def top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run on import, also in conditions."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for part in ("body", "orelse", "finalbody"):
            yield from top_level(getattr(statement, part, []))
        for handler in getattr(statement, "handlers", []):
            yield from top_level(handler.body)


def prefixes(name: str) -> Iterator[str]:
    """Yield `a`, `a.b` and `a.b.c` for `a.b.c`."""
    parts = name.split(".")
    return (".".join(parts[: count + 1]) for count in range(len(parts)))


@cache
def walk_nodes(node: ast.AST) -> tuple[ast.AST, ...]:
    """Return a node and every node below it."""
    return tuple(ast.walk(node))


def find_string_literals(source: Source) -> Iterator[ast.Constant]:
    """Return the string literals of a file, without docstrings."""
    docstrings = {id(node.value) for node in source.nodes(ast.Expr)}
    return (n for n in source.nodes(ast.Constant) if isinstance(n.value, str) and id(n) not in docstrings)


def _find_defined_names(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        yield statement.name
    elif not isinstance(statement, (ast.Import, ast.ImportFrom)):
        stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
        yield from (node.id for node in stored if isinstance(node.ctx, ast.Store))


def _import(source: Source, node: ast.stmt, alias: ast.alias) -> Import:
    if isinstance(node, ast.ImportFrom):
        module = _absolute(source, node)
        bound = alias.asname or alias.name
        return Import(node.lineno, module, alias.name, bound, node.level > 0, alias.asname is not None)
    bound = alias.asname or alias.name.partition(".")[0]
    return Import(node.lineno, alias.name, "", bound, aliased=alias.asname is not None)


def _absolute(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = source.module.split(".")
    ups = node.level - 1 if source.is_package else node.level
    base = parts[: len(parts) - ups]
    return ".".join([*base, *([node.module] if node.module else [])])


def _parsed(text: str) -> ast.AST | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None
