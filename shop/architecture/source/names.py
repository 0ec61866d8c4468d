"""Names in one file: what it imports, what it defines, and what an expression is called in full."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from shop.architecture.source.source import Source


@dataclass(frozen=True)
class Import:
    """One name that an import binds; `name` is empty where a whole module is bound."""

    line: int
    module: str
    name: str
    local_name: str
    relative: bool = False
    aliased: bool = False

    @property
    def target(self) -> str:
        """What was asked for, in full."""
        return f"{self.module}.{self.name}" if self.name else self.module

    @property
    def full_name(self) -> str:
        """What the bound name is: `import a.b` binds `a`."""
        return self.target if self.name or self.aliased else self.local_name


@cache
def imports_of(source: Source) -> tuple[Import, ...]:
    """Every import of a file, in functions and conditions too."""
    return tuple(
        found
        for node in source.nodes(ast.Import, ast.ImportFrom)
        for alias in node.names  # type: ignore[attr-defined]  # both kinds have names
        for found in [_import(source, node, alias)]
    )


@cache
def bindings(source: Source) -> dict[str, str]:
    """Local name -> full name of whatever was imported."""
    return {found.local_name: found.full_name for found in imports_of(source)}


@cache
def defined_in(source: Source) -> frozenset[str]:
    """The names that a module makes itself, at its top level."""
    return frozenset(name for statement in top_level(source.tree.body) for name in _find_defined_names(statement))


def dotted(source: Source, node: ast.AST | None) -> str:
    """What an expression is called in full, as far as the file tells; empty when it is no name."""
    if isinstance(node, ast.Name):
        own = f"{source.module}.{node.id}" if node.id in defined_in(source) else node.id
        return bindings(source).get(node.id, own)
    if isinstance(node, ast.Attribute):
        owner = dotted(source, node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def find_annotation_names(source: Source, annotation: ast.AST | None) -> Iterator[str]:
    """The full name of each class that an annotation names, in quotes or without."""
    for node in ast.walk(annotation) if annotation else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from find_annotation_names(source, _parsed(node.value))
        elif name := dotted(source, node):
            yield name


def top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements a module runs when it is imported, those in conditions included."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for part in ("body", "orelse", "finalbody"):
            yield from top_level(getattr(statement, part, []))
        for handler in getattr(statement, "handlers", []):
            yield from top_level(handler.body)


def prefixes(name: str) -> Iterator[str]:
    """`a`, `a.b` and `a.b.c` of `a.b.c`."""
    parts = name.split(".")
    return (".".join(parts[: count + 1]) for count in range(len(parts)))


@cache
def walk_nodes(node: ast.AST) -> tuple[ast.AST, ...]:
    """Every node below one, itself included."""
    return tuple(ast.walk(node))


def find_string_literals(source: Source) -> Iterator[ast.Constant]:
    """The text literals of a file that say something to the program: no docstrings."""
    silent = {id(node.value) for node in source.nodes(ast.Expr)}
    return (n for n in source.nodes(ast.Constant) if isinstance(n.value, str) and id(n) not in silent)


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
