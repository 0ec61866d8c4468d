"""Classes of the structures with their collaborators, methods and types."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from shop.architecture.source.names import dotted, find_annotation_names, walk_nodes
from shop.architecture.source.source import Source, Sources
from shop.architecture.table import Structure, of_module
from shop.architecture.units import share_unit, unit_of

# The structures whose classes the container builds; the others are built where they are written.
WIRED_STRUCTURES = (
    "CacheManager",
    "Repository",
    "Combination",
    "Service",
    "CombinationManager",
    "ServiceManager",
    "Job",
    "Controller",
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Class:
    """Class of shop; `fields` maps annotated names to full type names."""

    name: str
    source: Source
    node: ast.ClassDef
    bases: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    methods: Mapping[str, Function]

    @property
    def short(self) -> str:
        """Name as written in its file."""
        return self.node.name


@dataclass(frozen=True, eq=False)
class ClassIndex:
    """Classes of shop by full name."""

    classes: Mapping[str, Class]

    def iterate_bases(self, name: str) -> Iterator[Class]:
        """Yield a class and its bases within shop."""
        if found_class := self.classes.get(name):
            yield found_class
            for base in found_class.bases:
                yield from self.iterate_bases(base)

    def collaborators(self, name: str) -> dict[str, str]:
        """Map the fields that hold classes of shop to full names."""
        return {
            field: kind
            for cls in reversed(list(self.iterate_bases(name)))
            for field, kinds in cls.fields.items()
            for kind in kinds
            if kind in self.classes
        }

    def method(self, name: str, method: str) -> tuple[Class, Function] | None:
        """Find a method and the class that defines it."""
        return next(((cls, cls.methods[method]) for cls in self.iterate_bases(name) if method in cls.methods), None)

    def types_in(self, owner: Class, function: Function) -> dict[str, str]:
        """Map local names of a method to full class names.

        Covers self, annotated parameters and assignments from them.
        """
        local_types = {
            arg.arg: kind
            for arg in walk_nodes(function.args)
            if isinstance(arg, ast.arg)
            for kind in find_annotation_names(owner.source, arg.annotation)
            if kind in self.classes
        }
        local_types["self"] = owner.name
        for node in walk_nodes(function):
            value, names = _find_bound_names(node)
            if names and (kind := self.type_of(value, local_types)):
                local_types |= dict.fromkeys(names, kind)
        return local_types

    def type_of(self, node: ast.AST | None, local_types: Mapping[str, str]) -> str | None:
        """Return the full class name of an expression, or None."""
        if isinstance(node, ast.Name):
            return local_types.get(node.id)
        if isinstance(node, ast.NamedExpr):
            return self.type_of(node.value, local_types)
        if isinstance(node, (ast.BoolOp, ast.IfExp)):
            parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
            return next((kind for part in parts if (kind := self.type_of(part, local_types))), None)
        if isinstance(node, ast.Attribute) and (owner := self.type_of(node.value, local_types)):
            return self.collaborators(owner).get(node.attr)
        return None


def build_index(sources: Sources) -> ClassIndex:
    """Build the index of all classes."""
    return ClassIndex({cls.name: cls for source in sources.files for cls in classes_of(source)})


@cache
def classes_of(source: Source) -> tuple[Class, ...]:
    """Return the classes at the top level of a file."""
    return tuple(_class(source, node) for node in source.tree.body if isinstance(node, ast.ClassDef))


def classes_by_unit(sources: Sources) -> Mapping[str, tuple[Class, ...]]:
    """Return the classes of each unit; none for a unit without classes."""
    units: dict[str, tuple[Class, ...]] = defaultdict(tuple)
    for source in sources.layers:
        units[unit_of(source.module)] += classes_of(source)
    return units


def wired_parts(sources: Sources) -> Mapping[str, Structure]:
    """Map wired classes and their bases in the unit to structures.

    A base has no suffix of its own, and its methods run in the class that inherits it.
    """
    index = build_index(sources)
    return {
        part.name: structure
        for name in index.classes
        if (structure := kind_of(name))
        for part in index.iterate_bases(name)
        if share_unit(part.source.module, index.classes[name].source.module)
    }


def kind_of(name: str) -> Structure | None:
    """Return the structure of a full class name by folder and suffix.

    Returns None for value classes.
    """
    module, _, short = name.rpartition(".")
    structure = of_module(module)
    return structure if structure and structure.suffix and short.endswith(structure.suffix) else None


def is_wired(name: str) -> bool:
    """Return True when the container builds the class."""
    structure = kind_of(name)
    return structure is not None and structure.name in WIRED_STRUCTURES


def _find_bound_names(node: ast.AST) -> tuple[ast.expr | None, list[str]]:
    """Return a value and the local names bound to it."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return value, [target.id for target in targets if isinstance(target, ast.Name)]
        case (
            ast.NamedExpr(target=ast.Name(id=name), value=value) | ast.AnnAssign(target=ast.Name(id=name), value=value)
        ):
            return value, [name]
        case ast.Match(subject=subject, cases=cases):
            captures = (part for case in cases for part in ast.walk(case.pattern) if isinstance(part, ast.MatchAs))
            return subject, [part.name for part in captures if part.name]
    return None, []


def _class(source: Source, node: ast.ClassDef) -> Class:
    annotated = [part for part in node.body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)]
    return Class(
        f"{source.module}.{node.name}",
        source,
        node,
        tuple(dotted(source, base.value if isinstance(base, ast.Subscript) else base) for base in node.bases),
        {part.target.id: tuple(find_annotation_names(source, part.annotation)) for part in annotated},  # type: ignore[union-attr]  # filtered above
        {part.name: part for part in node.body if isinstance(part, Function)},
    )
