"""Mutants of a file: each is one change in one function."""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import CodeType
from typing import Any

from tests.mutants.operators import find_changes

# Parts of a function that are no code of its body. `args` of a call is a list, that of a function is one node.
_DECLARATIONS = {"annotation", "returns", "decorator_list", "type_params"}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutant:
    """One change in one function of a file; `lines` is the first and last line of its statement."""

    file: str
    function: str
    line: int
    column: int
    operator: str
    lines: tuple[int, int]
    # Place of the node among the nodes of the file, and of the change among the changes of the node.
    node: int
    change: int

    @property
    def name(self) -> str:
        """Name that a later run gives to the same mutant of the same text."""
        return f"{self.file}:{self.line}:{self.column} {self.operator} #{self.node}"


class SourceFile:
    """A file of the project, its mutants and their code."""

    def __init__(self, root: Path, file: str) -> None:
        self.file, self.path = file, root / file
        self.text = self.path.read_text()
        self.digest = sha256(self.text.encode()).hexdigest()[:12]

    @property
    def module(self) -> str:
        """Name of the module."""
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def tree(self) -> ast.Module:
        """Syntax tree of the file, not to be changed."""
        return ast.parse(self.text)

    def mutants(self) -> Iterator[Mutant]:
        """Yield the mutants in the order of the text."""
        places = {id(node): place for place, node in enumerate(ast.walk(self.tree))}
        for function, root in _functions(self.tree, ""):
            for statement in root.body:
                for node, lines in _nodes(statement, (statement.lineno, statement.lineno)):
                    for number, (operator, _) in enumerate(find_changes(node)):
                        at: Any = node if hasattr(node, "lineno") else root
                        line, column = at.lineno, at.col_offset
                        yield Mutant(self.file, function, line, column, operator, lines, places[id(node)], number)

    def compile(self, mutant: Mutant) -> CodeType:
        """Return the code of the mutated function.

        Raises LookupError when the function has no code, SyntaxError when the change is no Python.
        """
        tree = deepcopy(self.tree)
        node = list(ast.walk(tree))[mutant.node]
        _, change = list(find_changes(node))[mutant.change]
        changed = ast.fix_missing_locations(_Replacement(node, change).visit(tree))
        return find_code(compile(changed, str(self.path), "exec"), mutant.function, mutant.line)

    def show_line(self, line: int) -> str:
        """Return a line of the text without its indent."""
        return self.text.splitlines()[line - 1].strip()


class _Replacement(ast.NodeTransformer):
    """Change of one node of a tree."""

    def __init__(self, node: ast.AST, change: Callable[[ast.AST], ast.AST]) -> None:
        self._node, self._change = node, change

    def visit(self, node: ast.AST) -> Any:
        if node is not self._node:
            return self.generic_visit(node)
        return ast.copy_location(self._change(node), node)


def find_code(code: CodeType, function: str, line: int) -> CodeType:
    """Find the code of a function in that of its module, by its name and a line in it.

    Raises LookupError.
    """
    found = [each for each in _codes(code) if each.co_qualname == function and each.co_firstlineno <= line]
    if not found:
        raise LookupError(function)
    return max(found, key=lambda each: each.co_firstlineno)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _functions(parent: ast.AST, prefix: str) -> Iterator[tuple[str, _Function]]:
    """Yield the functions and methods; a nested function belongs to its owner."""
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, _Function):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")


def _nodes(node: ast.AST, lines: tuple[int, int]) -> Iterator[tuple[ast.AST, tuple[int, int]]]:
    """Yield a node and those below it, each with the lines of its statement."""
    if _is_text(node):
        return
    if isinstance(node, ast.stmt):
        lines = _header(node)
    yield node, lines
    for name, value in ast.iter_fields(node):
        if name not in _DECLARATIONS and not isinstance(value, ast.arguments):
            for child in value if isinstance(value, list) else [value]:
                is_error_text = isinstance(node, ast.Raise) and isinstance(child, ast.Call)
                if isinstance(child, ast.AST) and not is_error_text:
                    yield from _nodes(child, lines)


def _header(statement: ast.stmt) -> tuple[int, int]:
    """Return the lines of a statement, without those of the statements in it."""
    inner = [each.lineno for each in getattr(statement, "body", ()) if isinstance(each, ast.stmt)]
    last = inner[0] - 1 if inner else statement.end_lineno or statement.lineno
    return statement.lineno, max(statement.lineno, last)


def _is_text(node: ast.AST) -> bool:
    """Return True for a docstring, an f-string and a record of the log."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and ast.unparse(node).startswith("_log."))
