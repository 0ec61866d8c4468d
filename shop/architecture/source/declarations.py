"""Routes, tables, Redis keys and exception codes, read without imports."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shop.architecture.source.source import Source, Sources

VERBS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Route:
    """Verb and path of a route; `summary` is the method's docstring."""

    verb: str
    path: str
    controller: str
    line: int
    summary: str


@dataclass(frozen=True)
class Key:
    """Declared Redis key; `life` is its time to live as source text.

    `life` is empty for a key without expiry.
    """

    name: str
    template: str
    life: str


@dataclass(frozen=True)
class Code:
    """Exception code; its first three digits are the HTTP status."""

    number: int
    name: str
    sentence: str


def read_prefix(sources: Sources) -> str:
    """Read API_PREFIX of the app, the prefix of every path."""
    lines = (line for source in sources.files if source.module == "shop.app" for line in source.tree.body)
    return next((_text(value) for name, value in _find_assignments(lines) if name == "API_PREFIX"), "")


def read_routes(source: Source, prefix: str) -> Iterator[Route]:
    """Read the routes of a controller file."""
    blueprints = {
        name: value for name, value in _find_assignments(source.tree.body) if _call_name(value) == "Blueprint"
    }
    inner = {name: _text(_keyword(value, "url_prefix")) for name, value in blueprints.items()}
    for node in _classes(source):
        for decorator in node.decorator_list:
            name, _, method = _call_name(decorator).rpartition(".")
            if isinstance(decorator, ast.Call) and name in inner and method == "route" and decorator.args:
                path = f"{prefix}{inner[name]}{_text(decorator.args[0])}"
                yield from (
                    Route(
                        line.name.upper(), path, node.name, line.lineno, (ast.get_docstring(line) or "").split("\n")[0]
                    )
                    for line in node.body
                    if isinstance(line, ast.FunctionDef) and line.name in VERBS
                )


def read_tables(source: Source) -> Iterator[str]:
    """Read the tables of a model file."""
    for node in _classes(source):
        for name, value in _find_assignments(node.body):
            if name == "__tablename__":
                yield _text(value)


def read_keys(source: Source) -> Iterator[Key]:
    """Read the keys of a cache manager file."""
    for node in _classes(source):
        for name, value in _find_assignments(node.body):
            if _call_name(value) == "Key" and isinstance(value, ast.Call) and value.args:
                life = _keyword(value, "ttl")
                yield Key(f"{node.name}.{name}", _text(value.args[0]), ast.unparse(life) if life else "")


def read_codes(source: Source) -> Iterator[Code]:
    """Read the codes of an exception code file."""
    codes = (node for node in _classes(source) if "ExceptionCode" in map(ast.unparse, node.bases))
    for node in codes:
        for name, value in _find_assignments(node.body):
            if isinstance(value, ast.Tuple):
                # A third part is the next step of a client.
                number, sentence = map(ast.literal_eval, value.elts[:2])
                yield Code(number, name, sentence)


def _classes(source: Source) -> Iterator[ast.ClassDef]:
    return (node for node in source.tree.body if isinstance(node, ast.ClassDef))


def _find_assignments(lines: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for line in lines:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            yield line.targets[0].id, line.value


def _call_name(node: ast.expr) -> str:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def _keyword(node: ast.expr, name: str) -> ast.expr | None:
    values = (keyword.value for keyword in node.keywords if keyword.arg == name) if isinstance(node, ast.Call) else ()
    return next(iter(values), None)


def _text(node: ast.expr | None) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""
