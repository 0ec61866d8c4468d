"""Measures Python files. A function's length is its lines, signature included, docstring and nested functions not."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


class Function(NamedTuple):
    """One function: where it stands, how many lines it has, how deep its blocks go."""

    place: str
    lines: int
    depth: int


def functions_in(source: str, file: str = "") -> Iterator[Function]:
    """Every function and method, the nested ones too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, _DEFINITIONS):
            yield Function(f"{file}:{node.lineno} {node.name}", _length(node), _depth(node))


def python_files(folder: Path) -> list[Path]:
    """Every Python file below a folder; none when there is no such folder."""
    return sorted(folder.rglob("*.py"))


def _length(node: Definition) -> int:
    first, last = node.lineno, node.end_lineno or node.lineno
    docstring = node.body[:1] if ast.get_docstring(node) is not None else []
    nested = [inner for inner in ast.walk(node) if isinstance(inner, _DEFINITIONS) and inner is not node]
    apart = {line for part in (*docstring, *nested) for line in range(part.lineno, (part.end_lineno or 0) + 1)}
    return len(set(range(first, last + 1)) - apart)


def _depth(node: ast.AST) -> int:
    # `elif` is an If in an If, but reads as one.
    inner = [child for child in ast.iter_child_nodes(node) if not isinstance(child, _DEFINITIONS)]
    return max(
        (_depth(child) + (isinstance(child, _BLOCKS) and not _is_elif(node, child)) for child in inner), default=0
    )


def _is_elif(parent: ast.AST, child: ast.AST) -> bool:
    return isinstance(parent, ast.If) and isinstance(child, ast.If) and parent.orelse == [child]
