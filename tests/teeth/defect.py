"""Planted defects: a patch of one file, the promise it breaks, and the tests that must notice it."""

import ast
import re
from collections.abc import Callable
from typing import NamedTuple

# Source of a file -> its source with the defect.
Patch = Callable[[str], str]
_TOKEN = re.compile(r"\w+|[^\w\s]")
_CLOSING = set(")]}")


class PatchError(Exception):
    """A patch whose target is not found exactly once."""


class Defect(NamedTuple):
    """Defect that the tests must notice; `path` and `tests` are relative to the checkout."""

    name: str
    promise: str
    path: str
    patch: Patch
    tests: tuple[str, ...]
    area: str = ""


def defect(name: str, promise: str, path: str, patch: Patch, *tests: str) -> Defect:
    """Create a defect; `path` is relative to `shop/`, each test to `tests/`."""
    return Defect(name, promise, f"shop/{path}", patch, tuple(f"tests/{test}" for test in tests))


def replace(old: str, new: str, *, within: str = "") -> Patch:
    """Return a patch that replaces the only place of a fragment, independent of its line breaks.

    `within` is the dotted name of a Python function or class, such as `Page.meta`. The patch raises PatchError.
    """

    def patch(source: str) -> str:
        start, end = _locate_definition(source, within) if within else (0, len(source))
        places = list(_fragment_pattern(old).finditer(source, start, end))
        if len(places) != 1:
            raise PatchError(f"{old!r} is found {len(places)} times" + (f" in {within}" if within else ""))
        return source[: places[0].start()] + new + source[places[0].end() :]

    return patch


def swap(first: str, second: str, *, within: str = "") -> Patch:
    """Return a patch that exchanges two fragments, each found once."""
    marker = "_exchanged_"
    return combine(
        replace(first, marker, within=within), replace(second, first, within=within), replace(marker, second)
    )


def combine(*patches: Patch) -> Patch:
    """Return a patch that applies several patches, one after another."""

    def patch(source: str) -> str:
        for single in patches:
            source = single(source)
        return source

    return patch


def apply(planted: Defect, source: str) -> str:
    """Return the source with the defect; raises PatchError, also when nothing changes."""
    result = planted.patch(source)
    if result == source:
        raise PatchError("the patch changes nothing")
    return result


def _fragment_pattern(fragment: str) -> re.Pattern[str]:
    tokens = _TOKEN.findall(fragment)
    parts = [r"(?<!\w)" if tokens[0].isidentifier() else ""]
    for before, token in zip(["", *tokens], tokens, strict=False):
        gap = r"\s+" if _is_word(before) and _is_word(token) else r"\s*" if before else ""
        # A formatter adds a comma before a bracket that it moves to a line of its own.
        comma = r",?\s*" if token in _CLOSING else ""
        parts.append(gap + comma + re.escape(token))
    return re.compile("".join(parts) + (r"(?!\w)" if _is_word(tokens[-1]) else ""))


def _is_word(token: str) -> bool:
    return bool(token) and (token[0].isalnum() or token[0] == "_")


def _locate_definition(source: str, name: str) -> tuple[int, int]:
    nodes: list[ast.AST] = [ast.parse(source)]
    for part in name.split("."):
        kinds = (ast.FunctionDef, ast.ClassDef)
        nodes = [node for outer in nodes for node in ast.walk(outer) if isinstance(node, kinds) and node.name == part]
    if len(nodes) != 1:
        raise PatchError(f"{name} is defined {len(nodes)} times")
    (node,) = nodes
    lines = source.splitlines(keepends=True)
    first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", None) or len(lines)
    return sum(map(len, lines[: first - 1])), sum(map(len, lines[:last]))
