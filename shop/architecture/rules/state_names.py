"""Rule that states are written as enum members, never as text."""

import ast
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.names import dotted, find_string_literals
from shop.architecture.source.source import Source, Sources

RULE = "state_names"


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for texts that equal the value of a StrEnum."""
    states = dict(pair for source in sources.in_folder("constants") for pair in _states(source))
    for source in sources.layers:
        if source.structure and source.structure.folder == "constants":
            continue
        excluded = _other_uses(source)
        for text in find_string_literals(source):
            if text.value in states and id(text) not in excluded:
                name = states[str(text.value)]
                yield source.finding(
                    text, RULE, f"{text.value!r} is the state {name} as text.", f"Import and write {name}."
                )


def _states(source: Source) -> Iterator[tuple[str, str]]:
    for node in source.nodes(ast.ClassDef):
        if "enum.StrEnum" not in {dotted(source, base) for base in node.bases}:
            continue
        for part in node.body:
            if isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant):
                yield str(part.value.value), f"{node.name}.{ast.unparse(part.targets[0])}"


def _other_uses(source: Source) -> set[int]:
    """Return the texts that are keys, columns or parts of texts."""
    keys = {id(key) for node in source.nodes(ast.Dict) for key in node.keys}
    subscripts = {id(node.slice) for node in source.nodes(ast.Subscript)}
    parts = {id(part) for node in source.nodes(ast.JoinedStr) for part in node.values}
    return keys | subscripts | parts
