"""Rule for @transactional: required on writing entry points, forbidden elsewhere."""

import ast
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.classes import Class, ClassIndex, Function, build_index, classes_of, is_wired, kind_of
from shop.architecture.source.names import dotted, imports_of, walk_nodes
from shop.architecture.source.source import Source, Sources

RULE = "transactional_writes"
MARK = "shop.core.database.transaction.transactional"
# A Job may run one call in its own transaction: `self.transact(tenant_id, self.runs.look, item_id)`.
TRANSACT, JOB = "transact", "shop.core.jobs.job.Job"
WRITES = ("post", "put", "patch", "delete")
READS = ("get", "head", "options")
ADD = "Put @transactional directly above the method; it costs nothing without SQL."
PLACES = {"controllers", "jobs"}
HOOKS = {"add_url_rule", "before_request", "after_request", "teardown_request", "record", "record_once"}


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for missing and for misplaced transactions."""
    index = build_index(sources)
    for source in sources.files:
        if not (source.structure and source.structure.folder in PLACES):
            yield from _check_misplaced(source)
            continue
        yield from _check_hidden_entry_points(source)
        for cls in classes_of(source):
            yield from _check_entry_point(index, cls)
            yield from _check_decorator_order(cls)


def _check_misplaced(source: Source) -> Iterator[Finding]:
    what = "@transactional is permitted on Controllers and Jobs only: one transaction per operation."
    for found in imports_of(source):
        if found.target == MARK:
            yield source.finding(found.line, RULE, what, "Mark the entry point that calls this.")


def is_transactional(cls: Class, method: Function) -> bool:
    """Return True when the method has its own transaction."""
    return MARK in {dotted(cls.source, decorator) for decorator in method.decorator_list}


def _check_entry_point(index: ClassIndex, cls: Class) -> Iterator[Finding]:
    kind = kind_of(cls.name)
    for name in WRITES if kind and kind.name == "Controller" else ():
        found = index.method(cls.name, name)
        if found and not is_transactional(*found):
            what = f"{cls.short}.{name} writes without a transaction."
            yield found[0].source.finding(found[1], RULE, what, ADD)
    for name in (*READS, "run") if kind else ():
        for owner, node, attribute in _open_sql(index, cls, name, frozenset()):
            what = f"{cls.short}.{name} reaches SQL through {attribute} without a transaction."
            yield owner.source.finding(node, RULE, what, ADD)


def _check_hidden_entry_points(source: Source) -> Iterator[Finding]:
    """Yield findings for entry points outside of Controller methods."""
    for statement in source.tree.body:
        if isinstance(statement, Function) and statement.decorator_list:
            what = f"{statement.name} is an entry point outside of a class, without transaction and collaborators."
            yield source.finding(statement, RULE, what, "Write a Controller with a method for each HTTP verb.")
    for cls in classes_of(source):
        for part in cls.node.body:
            targets = [target.id for target in getattr(part, "targets", ()) if isinstance(target, ast.Name)]
            for verb in set(targets) & {*WRITES, *READS, "run"}:
                what = f"{cls.short}.{verb} is a value, so the rules cannot read it."
                yield source.finding(part, RULE, what, "Write a method.")
    for node in source.nodes(ast.Attribute):
        if node.attr in HOOKS:
            what = f"`{node.attr}` registers an entry point without a decorator."
            yield source.finding(node, RULE, what, "Write a Controller with a method for each HTTP verb.")


def _check_decorator_order(cls: Class) -> Iterator[Finding]:
    for name, method in cls.methods.items():
        marks = [dotted(cls.source, decorator) for decorator in method.decorator_list]
        if MARK in marks and marks[-1] != MARK:
            what = f"{cls.short}.{name}: @transactional is not the innermost decorator."
            yield cls.source.finding(method, RULE, what, "Put @transactional last, below all other decorators.")


def _open_sql(index: ClassIndex, cls: Class, name: str, seen: frozenset[str]) -> Iterator[tuple[Class, ast.AST, str]]:
    """Yield SQL that an entry point sends outside of a transaction."""
    found = index.method(cls.name, name)
    if found is None or name in seen or is_transactional(*found):
        return
    owner, method = found
    covered = set(_transacted_calls(index, cls, method))
    for node, kind, attribute in _find_uses(index, cls, method):
        if node in covered:
            continue
        if kind == cls.name:
            yield from _open_sql(index, cls, attribute, seen | {name})
        elif _sends_sql(index, kind, attribute, frozenset()):
            yield owner, node, f"{kind.rpartition('.')[2]}.{attribute}"


def _transacted_calls(index: ClassIndex, cls: Class, method: Function) -> Iterator[ast.AST]:
    """Yield the arguments that a Job passes to its `transact` helper."""
    helper = index.method(cls.name, TRANSACT)
    for node in walk_nodes(method) if helper and helper[0].name == JOB else ():
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"self.{TRANSACT}" and len(node.args) > 1:
            yield node.args[1]


def _sends_sql(index: ClassIndex, kind: str, name: str, seen: frozenset[tuple[str, str]]) -> bool:
    structure = kind_of(kind)
    if structure is None or (kind, name) in seen:
        return False
    if structure.name == "Repository":
        return True
    found = index.method(kind, name)
    if found is None:
        return False
    uses = _find_uses(index, index.classes[kind], found[1])
    return any(_sends_sql(index, other, attribute, seen | {(kind, name)}) for _, other, attribute in uses)


def _find_uses(index: ClassIndex, cls: Class, method: Function) -> Iterator[tuple[ast.AST, str, str]]:
    """Yield (node, class, attribute) for each use of self or a collaborator."""
    local_types = index.types_in(cls, method)
    for node in walk_nodes(method):
        if isinstance(node, ast.Attribute):
            kind = index.type_of(node.value, local_types)
            if kind and (is_wired(kind) or kind == cls.name):
                yield node, kind, node.attr
