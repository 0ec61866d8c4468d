"""Every write is all or nothing, and the entrance says so: @transactional stands on Controllers and Jobs alone."""

import ast
from collections.abc import Iterator

from shop.architecture.classes import Class, Function, World, classes_of, is_wired, kind_of, world_of
from shop.architecture.finding import Finding
from shop.architecture.names import dotted, imports_of, inside
from shop.architecture.source import Sources

RULE = "transactional_writes"
MARK = "shop.core.transaction.transactional"
WRITES = ("post", "put", "patch", "delete")
READS = ("get", "head", "options")
ADD = "Put @transactional directly above the method; it costs nothing where no SQL is sent."
PLACES = {"controllers", "jobs"}


def check(sources: Sources) -> Iterator[Finding]:
    """Findings for entrances without a transaction, and for transactions elsewhere."""
    world = world_of(sources)
    for source in sources.files:
        if not (source.structure and source.structure.folder in PLACES):
            for found in imports_of(source):
                if found.target == MARK:
                    what = "@transactional stands on Controllers and Jobs only: one operation, one transaction."
                    yield source.finding(found.line, RULE, what, "Mark the entrance that calls this.")
            continue
        for one in classes_of(source):
            yield from _entrance(world, one)
            yield from _order(one)


def is_transactional(one: Class, method: Function) -> bool:
    """Whether the method runs in a transaction of its own."""
    return MARK in {dotted(one.source, decorator) for decorator in method.decorator_list}


def _entrance(world: World, one: Class) -> Iterator[Finding]:
    kind = kind_of(one.name)
    for name in WRITES if kind and kind.name == "Controller" else ():
        if name in one.methods and not is_transactional(one, one.methods[name]):
            what = f"{one.short}.{name} writes without a transaction."
            yield one.source.finding(one.methods[name], RULE, what, ADD)
    for name in (*READS, "run") if kind else ():
        for owner, node, asked in _open_sql(world, one, name, frozenset()):
            what = f"{one.short}.{name} reaches SQL through {asked} without a transaction."
            yield owner.source.finding(node, RULE, what, ADD)


def _order(one: Class) -> Iterator[Finding]:
    for name, method in one.methods.items():
        marks = [dotted(one.source, decorator) for decorator in method.decorator_list]
        if MARK in marks and marks[-1] != MARK:
            what = f"{one.short}.{name}: @transactional is not the innermost decorator."
            yield one.source.finding(
                method, RULE, what, "Check and identify first, answer last; between them, the work."
            )


def _open_sql(world: World, one: Class, name: str, seen: frozenset[str]) -> Iterator[tuple[Class, ast.AST, str]]:
    """What reaches SQL from a method of an entrance before any transaction begins."""
    found = world.method(one.name, name)
    if found is None or name in seen or is_transactional(*found):
        return
    owner, method = found
    for node, kind, asked in _mentions(world, one, method):
        if kind == one.name:
            yield from _open_sql(world, one, asked, seen | {name})
        elif _sends_sql(world, kind, asked, frozenset()):
            yield owner, node, f"{kind.rpartition('.')[2]}.{asked}"


def _sends_sql(world: World, kind: str, name: str, seen: frozenset[tuple[str, str]]) -> bool:
    structure = kind_of(kind)
    if structure is None or (kind, name) in seen:
        return False
    if structure.name == "Repository":
        return True
    found = world.method(kind, name)
    if found is None:
        return False
    mentions = _mentions(world, world.classes[kind], found[1])
    return any(_sends_sql(world, other, asked, seen | {(kind, name)}) for _, other, asked in mentions)


def _mentions(world: World, one: Class, method: Function) -> Iterator[tuple[ast.AST, str, str]]:
    """(node, class, attribute) for whatever a method asks of itself or of a collaborator."""
    known = world.types_in(one, method)
    for node in inside(method):
        if isinstance(node, ast.Attribute):
            kind = world.type_of(node.value, known)
            if kind and (is_wired(kind) or kind == one.name):
                yield node, kind, node.attr
