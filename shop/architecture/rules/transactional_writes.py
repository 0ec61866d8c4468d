"""Rule for @transactional: required on writing entry points, forbidden elsewhere."""

import ast
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.classes import Class, ClassIndex, Function, build_index, classes_of, is_wired, kind_of
from shop.architecture.source.names import dotted, imports_of, walk_nodes
from shop.architecture.source.source import Source, Sources

RULE = "transactional_writes"
MARK = "shop.core.database.transaction.transactional"
# A Job makes one call in a transaction of its own: `self.transact(tenant_id, self.runs.look, item_id)`.
TRANSACT, JOB = "transact", "shop.core.jobs.job.Job"
WRITES = ("post", "put", "patch", "delete")
READS = ("get", "head", "options")
ADD = "Put @transactional directly above the method; it costs nothing where no SQL is sent."
PLACES = {"controllers", "jobs"}
HOOKS = {"add_url_rule", "before_request", "after_request", "teardown_request", "record", "record_once"}


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for missing and for misplaced transactions."""
    world = build_index(sources)
    for source in sources.files:
        if not (source.structure and source.structure.folder in PLACES):
            yield from _marked_elsewhere(source)
            continue
        yield from _unnamed_entrances(source)
        for one in classes_of(source):
            yield from _entrance(world, one)
            yield from _order_row(one)


def _marked_elsewhere(source: Source) -> Iterator[Finding]:
    what = "@transactional stands on Controllers and Jobs only: one operation, one transaction."
    for found in imports_of(source):
        if found.target == MARK:
            yield source.finding(found.line, RULE, what, "Mark the entrance that calls this.")


def is_transactional(one: Class, method: Function) -> bool:
    """Return True when the method has its own transaction."""
    return MARK in {dotted(one.source, decorator) for decorator in method.decorator_list}


def _entrance(world: ClassIndex, one: Class) -> Iterator[Finding]:
    kind = kind_of(one.name)
    for name in WRITES if kind and kind.name == "Controller" else ():
        found = world.method(one.name, name)
        if found and not is_transactional(*found):
            what = f"{one.short}.{name} writes without a transaction."
            yield found[0].source.finding(found[1], RULE, what, ADD)
    for name in (*READS, "run") if kind else ():
        for owner, node, asked in _open_sql(world, one, name, frozenset()):
            what = f"{one.short}.{name} reaches SQL through {asked} without a transaction."
            yield owner.source.finding(node, RULE, what, ADD)


def _unnamed_entrances(source: Source) -> Iterator[Finding]:
    """Yield findings for entry points outside of Controller methods."""
    for statement in source.tree.body:
        if isinstance(statement, Function) and statement.decorator_list:
            what = f"{statement.name} is an entrance outside of a class, so it has no transaction and no collaborators."
            yield source.finding(statement, RULE, what, "Write a Controller with a method for each verb of HTTP.")
    for one in classes_of(source):
        for part in one.node.body:
            targets = [target.id for target in getattr(part, "targets", ()) if isinstance(target, ast.Name)]
            for verb in set(targets) & {*WRITES, *READS, "run"}:
                what = f"{one.short}.{verb} is a value, so nobody sees what it does."
                yield source.finding(part, RULE, what, "Write the method out.")
    for node in source.nodes(ast.Attribute):
        if node.attr in HOOKS:
            what = f"`{node.attr}` makes an entrance that no decorator shows."
            yield source.finding(node, RULE, what, "Write a Controller with a method for each verb of HTTP.")


def _order_row(one: Class) -> Iterator[Finding]:
    for name, method in one.methods.items():
        marks = [dotted(one.source, decorator) for decorator in method.decorator_list]
        if MARK in marks and marks[-1] != MARK:
            what = f"{one.short}.{name}: @transactional is not the innermost decorator."
            yield one.source.finding(
                method, RULE, what, "Check and identify first, answer last; between them, the work."
            )


def _open_sql(world: ClassIndex, one: Class, name: str, seen: frozenset[str]) -> Iterator[tuple[Class, ast.AST, str]]:
    """Yield SQL that an entry point sends outside of a transaction."""
    found = world.method(one.name, name)
    if found is None or name in seen or is_transactional(*found):
        return
    owner, method = found
    covered = set(_transacted(world, one, method))
    for node, kind, asked in _mentions(world, one, method):
        if node in covered:
            continue
        if kind == one.name:
            yield from _open_sql(world, one, asked, seen | {name})
        elif _sends_sql(world, kind, asked, frozenset()):
            yield owner, node, f"{kind.rpartition('.')[2]}.{asked}"


def _transacted(world: ClassIndex, one: Class, method: Function) -> Iterator[ast.AST]:
    """Yield the arguments that a Job passes to its `transact` helper."""
    helper = world.method(one.name, TRANSACT)
    for node in walk_nodes(method) if helper and helper[0].name == JOB else ():
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"self.{TRANSACT}" and len(node.args) > 1:
            yield node.args[1]


def _sends_sql(world: ClassIndex, kind: str, name: str, seen: frozenset[tuple[str, str]]) -> bool:
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


def _mentions(world: ClassIndex, one: Class, method: Function) -> Iterator[tuple[ast.AST, str, str]]:
    """Yield (node, class, attribute) for each use of self or a collaborator."""
    known = world.types_in(one, method)
    for node in walk_nodes(method):
        if isinstance(node, ast.Attribute):
            kind = world.type_of(node.value, known)
            if kind and (is_wired(kind) or kind == one.name):
                yield node, kind, node.attr
