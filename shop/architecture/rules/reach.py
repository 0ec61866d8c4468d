"""Rule against reaching through a collaborator, as in `self.items.items.find`."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache

from shop.architecture.finding import Finding
from shop.architecture.source.classes import Class, ClassIndex, Function, build_index, classes_of, is_wired, kind_of
from shop.architecture.source.names import dotted, find_annotation_names, walk_nodes
from shop.architecture.source.source import Source, Sources

RULE = "reach"
ADVICE = "Add a method for this purpose to the collaborator."
# Public methods of NamedTuple that start with an underscore.
PUBLIC = {"_replace", "_asdict", "_fields", "_make"}


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for code that reaches through or passes on a collaborator."""
    index = build_index(sources)
    for source in sources.layers:
        yield from _check_file(source)
        for cls in classes_of(source):
            for function in cls.methods.values():
                local_types = index.types_in(cls, function)
                yield from _check_chains(index, cls, function, local_types)
                yield from _check_returned(index, cls, function, local_types)


@cache
def _check_file(source: Source) -> tuple[Finding, ...]:
    """Return the findings that depend on no other file."""
    siblings = (finding for cls in classes_of(source) for finding in _check_siblings(cls))
    return (*_check_private_names(source), *_check_arguments(source), *siblings)


def _check_siblings(cls: Class) -> Iterator[Finding]:
    """Check for uses of a sibling class in the same file.

    A common base class has no suffix, so it is no sibling.
    """
    for node in walk_nodes(cls.node):
        name = dotted(cls.source, node) if isinstance(node, ast.Name) else ""
        if is_wired(name) and name != cls.name and name.startswith(f"{cls.source.module}."):
            what = f"{cls.short} uses its sibling {name.rpartition('.')[2]} in this file."
            yield cls.source.finding(node, RULE, what, "Let a structure above both call them in turn.")


def _check_chains(
    index: ClassIndex, cls: Class, function: Function, local_types: Mapping[str, str]
) -> Iterator[Finding]:
    for node in walk_nodes(function):
        if not isinstance(node, ast.Attribute):
            continue
        owner = index.type_of(node.value, local_types)
        if owner and is_wired(owner) and owner != cls.name and not _is_public(index, owner, node.attr):
            short = owner.rpartition(".")[2]
            yield cls.source.finding(node, RULE, f"{cls.short} reaches through {short} for its {node.attr}.", ADVICE)


def _is_public(index: ClassIndex, owner: str, name: str) -> bool:
    """Return True for a method; for CacheManagers also for declared keys."""
    structure = kind_of(owner)
    has_keys = structure is not None and structure.name == "CacheManager"
    return index.method(owner, name) is not None or (has_keys and name not in index.collaborators(owner))


def _check_returned(
    index: ClassIndex, cls: Class, function: Function, local_types: Mapping[str, str]
) -> Iterator[Finding]:
    for node in walk_nodes(function):
        for value in _find_passed_values(node):
            kind = index.type_of(value, local_types) or _find_bound_class(index, node, value, local_types)
            if kind and is_wired(kind):
                what = f"{cls.short} passes on its {kind.rpartition('.')[2]}."
                yield cls.source.finding(node, RULE, what, "Call it here and pass on the result.")


def _check_arguments(source: Source) -> Iterator[Finding]:
    functions: list[Function] = [*source.nodes(ast.FunctionDef), *source.nodes(ast.AsyncFunctionDef)]
    for function in functions:
        annotations = (arg.annotation for arg in walk_nodes(function.args) if isinstance(arg, ast.arg))
        for part in (function.returns, *annotations):
            for kind in filter(is_wired, find_annotation_names(source, part)):
                what = f"{function.name} takes or returns {kind.rpartition('.')[2]}."
                yield source.finding(function, RULE, what, "Declare a collaborator as a field; pass values only.")


def _find_bound_class(index: ClassIndex, node: ast.AST, value: ast.expr, local_types: Mapping[str, str]) -> str | None:
    """Return the class of a method that is passed on uncalled.

    A method as an argument is permitted: the receiver can only call it.
    """
    if isinstance(node, ast.Call) or not isinstance(value, ast.Attribute):
        return None
    owner = index.type_of(value.value, local_types)
    return owner if owner and index.method(owner, value.attr) else None


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
            yield source.finding(node, RULE, f"{node.attr} is private to another object.", ADVICE)
