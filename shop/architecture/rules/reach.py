"""Talk to your collaborators, not to theirs: `self.items.items.find` skips a storey without any import."""

import ast
from collections.abc import Iterator, Mapping

from shop.architecture.finding import Finding
from shop.architecture.source.classes import Class, Function, World, classes_of, is_wired, kind_of, world_of
from shop.architecture.source.names import dotted, inside, named_in
from shop.architecture.source.source import Source, Sources

RULE = "reach"
ASK = "Give the collaborator a method that says what you need."
# NamedTuple's own methods only look private.
PUBLIC = {"_replace", "_asdict", "_fields", "_make"}


def check(sources: Sources) -> Iterator[Finding]:
    """Findings for code that reaches through a collaborator, or hands one on."""
    world = world_of(sources)
    for source in sources.layers:
        yield from _private(source)
        yield from _passed_around(source)
        for one in classes_of(source):
            for function in one.methods.values():
                yield from _through(world, one, function)
                yield from _handed_on(world, one, function)
            yield from _siblings(one)


def _siblings(one: Class) -> Iterator[Finding]:
    """Two classes of one kind in one file are siblings too; a base of both has no suffix."""
    for node in inside(one.node):
        name = dotted(one.source, node) if isinstance(node, ast.Name) else ""
        if is_wired(name) and name != one.name and name.startswith(f"{one.source.module}."):
            what = f"{one.short} meets its sibling {name.rpartition('.')[2]} in this file."
            yield one.source.finding(node, RULE, what, "Let a structure above both call them one after the other.")


def _through(world: World, one: Class, function: Function) -> Iterator[Finding]:
    known = world.types_in(one, function)
    for node in inside(function):
        if not isinstance(node, ast.Attribute):
            continue
        owner = world.type_of(node.value, known)
        if owner and is_wired(owner) and owner != one.name and not _is_offered(world, owner, node.attr):
            short = owner.rpartition(".")[2]
            yield one.source.finding(node, RULE, f"{one.short} reaches through {short} for its {node.attr}.", ASK)


def _is_offered(world: World, owner: str, name: str) -> bool:
    """Whether it is a method; of a CacheManager, also a declared key."""
    structure = kind_of(owner)
    has_keys = structure is not None and structure.name == "CacheManager"
    return world.method(owner, name) is not None or (has_keys and name not in world.collaborators(owner))


def _handed_on(world: World, one: Class, function: Function) -> Iterator[Finding]:
    known = world.types_in(one, function)
    for node in inside(function):
        for value in _given_away(node):
            kind = world.type_of(value, known) or _bound(world, node, value, known)
            if kind and is_wired(kind):
                what = f"{one.short} hands its {kind.rpartition('.')[2]} to somebody who may not have it."
                yield one.source.finding(node, RULE, what, "Hand on values: call it here and pass the answer.")


def _passed_around(source: Source) -> Iterator[Finding]:
    functions: list[Function] = [*source.nodes(ast.FunctionDef), *source.nodes(ast.AsyncFunctionDef)]
    for function in functions:
        annotations = (arg.annotation for arg in inside(function.args) if isinstance(arg, ast.arg))
        for part in (function.returns, *annotations):
            for kind in filter(is_wired, named_in(source, part)):
                what = f"{function.name} passes {kind.rpartition('.')[2]} around."
                yield source.finding(function, RULE, what, "A collaborator is a field; pass values around.")


def _bound(world: World, node: ast.AST, value: ast.expr, known: Mapping[str, str]) -> str | None:
    """The class of a method that is given away uncalled; as an argument it is a call made later, by the receiver."""
    if isinstance(node, ast.Call) or not isinstance(value, ast.Attribute):
        return None
    owner = world.type_of(value.value, known)
    return owner if owner and world.method(owner, value.attr) else None


def _given_away(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions whose value leaves the hands of the method."""
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


def _private(source: Source) -> Iterator[Finding]:
    for node in source.nodes(ast.Attribute):
        foreign = not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"})
        called_super = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "super"
        private = node.attr.startswith("_") and not node.attr.startswith("__") and node.attr not in PUBLIC
        if private and foreign and not called_super:
            yield source.finding(node, RULE, f"{node.attr} is another object's own affair.", ASK)
