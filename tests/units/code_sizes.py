"""Length and nesting depth of Python functions.

The length of a function includes its signature, but neither docstring nor nested functions.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCK_FIELDS = ("body", "orelse", "finalbody", "handlers", "cases")
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


class Function(NamedTuple):
    """Location, number of lines and nesting depth of a function."""

    place: str
    lines: int
    depth: int


def functions_in(tree: ast.Module, file: str = "") -> Iterator[Function]:
    """Yield every function and method, including nested ones."""
    return (
        Function(f"{file}:{node.lineno} {node.name}", _length(node), _depth(node))
        for node in _find_blocks(tree)
        if isinstance(node, _DEFINITIONS)
    )


def python_files(folder: Path) -> list[Path]:
    """Return every Python file below a folder; none without such a folder."""
    return sorted(folder.rglob("*.py"))


def _inner_blocks(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements, handlers and cases directly in a node.

    Expressions hold none of them, and are most of a tree.
    """
    return (inner for field in _BLOCK_FIELDS for inner in getattr(node, field, ()))


def _find_blocks(node: ast.AST) -> Iterator[ast.AST]:
    for inner in _inner_blocks(node):
        yield inner
        yield from _find_blocks(inner)


def _length(node: Definition) -> int:
    first, last = node.lineno, node.end_lineno or node.lineno
    docstring = node.body[:1] if ast.get_docstring(node, clean=False) is not None else []
    nested = [inner for inner in _find_blocks(node) if isinstance(inner, _DEFINITIONS)]
    excluded = {line for part in (*docstring, *nested) for line in range(part.lineno, (part.end_lineno or 0) + 1)}
    return len(set(range(first, last + 1)) - excluded)


def _depth(node: ast.AST) -> int:
    # `elif` is an If in an If, but reads as one.
    inner = [child for child in _inner_blocks(node) if not isinstance(child, _DEFINITIONS)]
    return max(
        (_depth(child) + (isinstance(child, _BLOCKS) and not _is_elif(node, child)) for child in inner), default=0
    )


def _is_elif(parent: ast.AST, child: ast.AST) -> bool:
    return isinstance(parent, ast.If) and isinstance(child, ast.If) and parent.orelse == [child]
