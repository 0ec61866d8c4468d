"""Rule against reaching through a collaborator, as in `self.items.items.find`."""

import ast
from collections.abc import Iterator, Mapping

from shop.architecture.finding import Finding
from shop.architecture.source.classes import Class, ClassIndex, Function, build_index, classes_of, is_wired, kind_of
from shop.architecture.source.names import dotted, find_annotation_names, walk_nodes
from shop.architecture.source.source import Source, Sources

RULE = "reach"
ADVICE = "Give the collaborator a method that says what you need."
# NamedTuple's own methods only look private.
PUBLIC = {"_replace", "_asdict", "_fields", "_make"}


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for code that reaches through or passes on a collaborator."""
    world = build_index(sources)
    for source in sources.layers:
        yield from _check_private_names(source)
        yield from _check_arguments(source)
        for one in classes_of(source):
            for function in one.methods.values():
                yield from _check_chains(world, one, function)
                yield from _check_returned(world, one, function)
            yield from _check_siblings(one)


def _check_siblings(one: Class) -> Iterator[Finding]:
    """Check for uses of a sibling class in the same file.

    A common base class has no suffix, so it is no sibling.
    """
    for node in walk_nodes(one.node):
        name = dotted(one.source, node) if isinstance(node, ast.Name) else ""
        if is_wired(name) and name != one.name and name.startswith(f"{one.source.module}."):
            what = f"{one.short} meets its sibling {name.rpartition('.')[2]} in this file."
            yield one.source.finding(node, RULE, what, "Let a structure above both call them one after the other.")


def _check_chains(world: ClassIndex, one: Class, function: Function) -> Iterator[Finding]:
    known = world.types_in(one, function)
    for node in walk_nodes(function):
        if not isinstance(node, ast.Attribute):
            continue
        owner = world.type_of(node.value, known)
        if owner and is_wired(owner) and owner != one.name and not _is_public(world, owner, node.attr):
            short = owner.rpartition(".")[2]
            yield one.source.finding(node, RULE, f"{one.short} reaches through {short} for its {node.attr}.", ADVICE)


def _is_public(world: ClassIndex, owner: str, name: str) -> bool:
    """Return True for a method; for CacheManagers also for declared keys."""
    structure = kind_of(owner)
    has_keys = structure is not None and structure.name == "CacheManager"
    return world.method(owner, name) is not None or (has_keys and name not in world.collaborators(owner))


def _check_returned(world: ClassIndex, one: Class, function: Function) -> Iterator[Finding]:
    known = world.types_in(one, function)
    for node in walk_nodes(function):
        for value in _find_passed_values(node):
            kind = world.type_of(value, known) or _bound(world, node, value, known)
            if kind and is_wired(kind):
                what = f"{one.short} hands its {kind.rpartition('.')[2]} to somebody who may not have it."
                yield one.source.finding(node, RULE, what, "Hand on values: call it here and pass the answer.")


def _check_arguments(source: Source) -> Iterator[Finding]:
    functions: list[Function] = [*source.nodes(ast.FunctionDef), *source.nodes(ast.AsyncFunctionDef)]
    for function in functions:
        annotations = (arg.annotation for arg in walk_nodes(function.args) if isinstance(arg, ast.arg))
        for part in (function.returns, *annotations):
            for kind in filter(is_wired, find_annotation_names(source, part)):
                what = f"{function.name} passes {kind.rpartition('.')[2]} around."
                yield source.finding(function, RULE, what, "A collaborator is a field; pass values around.")


def _bound(world: ClassIndex, node: ast.AST, value: ast.expr, known: Mapping[str, str]) -> str | None:
    """Return the class of a method that is passed on uncalled.

    A method as an argument is permitted: the receiver can only call it.
    """
    if isinstance(node, ast.Call) or not isinstance(value, ast.Attribute):
        return None
    owner = world.type_of(value.value, known)
    return owner if owner and world.method(owner, value.attr) else None


def _find_passed_values(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions whose value leaves the method."""
    match node:
        case ast.Return(value=ast.expr() as value) | ast.Yield(value=ast.expr() as value) | ast.Lambda(body=value):
            yield value
        case ast.ListComp(elt=value) | ast.SetComp(elt=value) | ast.GeneratorExp(elt=value) | ast.DictComp(value=value):
            yield value
        case ast.Assign(targets=targets, value=value):
            yield from () if all(isinstance(target, ast.Name) for target in targets) else (value,)
        case ast.Call(args=values, keywords=keywords):
            yield from (*values, *(keyword.value for keyword in keywords))
        case ast.List(elts=values) | ast.Tuple(elts=values) | ast.Set(elts=values) | ast.Dict(values=values):
            yield from values
        case ast.arguments(defaults=values, kw_defaults=more):
            yield from (*values, *filter(None, more))


def _check_private_names(source: Source) -> Iterator[Finding]:
    for node in source.nodes(ast.Attribute):
        foreign = not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"})
        called_super = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "super"
        private = node.attr.startswith("_") and not node.attr.startswith("__") and node.attr not in PUBLIC
        if private and foreign and not called_super:
            yield source.finding(node, RULE, f"{node.attr} is another object's own affair.", ADVICE)
