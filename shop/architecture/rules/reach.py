"""Talk to your collaborators, not to theirs: `self.items.items.find` skips a storey without any import."""

import ast
from collections.abc import Iterator

from shop.architecture.classes import Class, Function, World, classes_of, is_wired, world_of
from shop.architecture.finding import Finding
from shop.architecture.names import inside, named_in
from shop.architecture.source import Source, Sources

RULE = "reach"
ASK = "Give the collaborator a method that says what you need."
# NamedTuple's own methods only look private.
PUBLIC = {"_replace", "_asdict", "_fields", "_make"}


def check(sources: Sources) -> Iterator[Finding]:
    """Findings for code that reaches through a collaborator, or hands one on."""
    world = world_of(sources)
    for source in sources.layers:
        yield from _private(source)
        for one in classes_of(source):
            for function in one.methods.values():
                yield from _through(world, one, function)
                yield from _handed_on(world, one, function)


def _through(world: World, one: Class, function: Function) -> Iterator[Finding]:
    known = world.types_in(one, function)
    for node in inside(function):
        if not isinstance(node, ast.Attribute):
            continue
        owner = world.type_of(node.value, known)
        if owner and is_wired(owner) and owner != one.name and node.attr in world.collaborators(owner):
            short = owner.rpartition(".")[2]
            yield one.source.finding(node, RULE, f"{one.short} reaches through {short} for its {node.attr}.", ASK)


def _handed_on(world: World, one: Class, function: Function) -> Iterator[Finding]:
    known = world.types_in(one, function)
    for node in inside(function):
        for value in _given_away(node):
            kind = world.type_of(value, known)
            if kind and is_wired(kind):
                what = f"{one.short} hands its {kind.rpartition('.')[2]} to somebody who may not have it."
                yield one.source.finding(node, RULE, what, "Hand on values: call it here and pass the answer.")
    for part in (function.returns, *(arg.annotation for arg in inside(function.args) if isinstance(arg, ast.arg))):
        for kind in named_in(one.source, part):
            if is_wired(kind):
                what = f"{one.short}.{function.name} passes a {kind.rpartition('.')[2]} around."
                yield one.source.finding(function, RULE, what, "A collaborator is a field; pass values around.")


def _given_away(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, (ast.Return, ast.Yield)) and node.value:
        yield node.value
    elif isinstance(node, ast.Call):
        yield from (*node.args, *(keyword.value for keyword in node.keywords))
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        yield from node.elts
    elif isinstance(node, ast.Dict):
        yield from node.values


def _private(source: Source) -> Iterator[Finding]:
    for node in source.nodes(ast.Attribute):
        foreign = not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"})
        called_super = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "super"
        private = node.attr.startswith("_") and not node.attr.startswith("__") and node.attr not in PUBLIC
        if private and foreign and not called_super:
            yield source.finding(node, RULE, f"{node.attr} is another object's own affair.", ASK)
