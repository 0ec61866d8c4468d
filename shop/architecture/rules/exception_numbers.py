"""Rule for exception codes: status and block in a unique number."""

import ast
import re
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.names import dotted
from shop.architecture.source.source import Source, Sources
from shop.architecture.units import unit_of

RULE = "exception_numbers"
Member = tuple[Source, ast.Assign, str, int | None, str | None]


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for codes with a wrong name, number, sentence or block."""
    owners: dict[str, str] = {}
    taken: dict[int, str] = {}
    members = [member for source in sources.files for member in _members(source)]
    for source, node, name, number, sentence in members:
        yield from _check_format(source, node, name, number, sentence)
        if number is None:
            continue
        block = str(number)[3:-2]
        if owners.setdefault(block, unit_of(source.module)) != unit_of(source.module):
            what = f"{name}: block {block} of {number} belongs to {owners[block]}."
            yield source.finding(node, RULE, what, "Use the block of this unit; a new unit uses a new block.")
        if taken.setdefault(number, name) != name:
            what = f"{name} has the number {number} of {taken[number]}."
            yield source.finding(node, RULE, what, "Use the next free number; a number is never reused.")
        if block != _first_block(source):
            what = f"{name}: {number} is in block {block}, this file has block {_first_block(source)}."
            yield source.finding(node, RULE, what, "Use one block per file.")


def _check_format(
    source: Source, node: ast.Assign, name: str, number: int | None, sentence: str | None
) -> Iterator[Finding]:
    if not re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", name):
        yield source.finding(node, RULE, f"{name} is not in upper case.", "Write it as a constant: NOT_FOUND.")
    if number is None or sentence is None:
        yield source.finding(
            node, RULE, f"{name} is not a number with a message.", "Write both: 404_301, `Item ... not exist.`"
        )
        return
    if len(str(number)) not in {6, 8} or not 400 <= int(str(number)[:3]) <= 599:
        what = f"{name}: {number} is no exception number."
        yield source.finding(node, RULE, what, "Use six or eight digits: HTTP status, block, number.")
    if not sentence.endswith("."):
        yield source.finding(node, RULE, f"{name} has a message without a full stop.", "End it with a full stop.")


def _members(source: Source) -> Iterator[Member]:
    for kind in source.nodes(ast.ClassDef):
        if "shop.core.errors.ExceptionCode" not in {dotted(source, base) for base in kind.bases}:
            continue
        for node in kind.body:
            if isinstance(node, ast.Assign):
                number, sentence = _value(node.value)
                yield source, node, ast.unparse(node.targets[0]), number, sentence


def _value(node: ast.expr) -> tuple[int | None, str | None]:
    # A third part is the next step of a client.
    values = [getattr(part, "value", None) for part in node.elts[:2]] if isinstance(node, ast.Tuple) else []
    match values:
        case [int() as number, str() as sentence]:
            return number, sentence
    return None, None


def _first_block(source: Source) -> str:
    return next((str(number)[3:-2] for *_, number, _ in _members(source) if number is not None), "")
