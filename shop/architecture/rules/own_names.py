"""Rule that names are imported from the file that defines them."""

import ast
from collections.abc import Iterator
from functools import cache

from shop.architecture.finding import Finding
from shop.architecture.source.names import Import, bindings, defined_in, dotted, imports_of, prefixes
from shop.architecture.source.source import Source, Sources
from shop.architecture.table import of_module
from shop.architecture.units import is_inside, share_unit

RULE = "own_names"
ADVICE = (
    "Import it from the file that defines it; when that is forbidden, `flask shop arch why` shows the permitted way."
)

LOOKUPS = {"getattr", "vars", "attrgetter"}


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for names imported from another file than their own."""
    for source in sources.files:
        for import_ in imports_of(source):
            yield from _check_forms(source, import_)
            yield from _check_reexports(sources, source, import_)
        yield from _check_attribute_chains(sources, source)
        yield from _check_dynamic_access(sources, source)


def reexports_error(owner: Source, name: str) -> bool:
    """Return True for a name that a file may re-export.

    The core re-exports the errors of libraries, because callers must be able to catch them. The face of a unit
    re-exports names of its inside, because the protected contract of the face is that of the unit.
    """
    offered = any(
        isinstance(node.value, ast.List) and name in {getattr(item, "value", None) for item in node.value.elts}
        for node in owner.nodes(ast.Assign)
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)
    )
    full = bindings(owner).get(name, "shop.")
    error = not full.startswith("shop.") and name.endswith("Error") and owner.module.startswith("shop.core.")
    return offered and (error or _is_own_inside(owner, full, name))


def _is_own_inside(owner: Source, full: str, name: str) -> bool:
    home, _, original = full.rpartition(".")
    return owner.is_package and is_inside(home) and share_unit(home, owner.module) and original == name


def _check_forms(source: Source, import_: Import) -> Iterator[Finding]:
    if import_.relative:
        what = f"A relative import hides that this is {import_.target}."
        yield source.finding(import_.line, RULE, what, "Write the name in full, from `shop.` on.")
    if import_.name.startswith("_") and not import_.name.startswith("__") and _is_shop(import_.module):
        what = f"{import_.name} is private to {import_.module}."
        yield source.finding(import_.line, RULE, what, "Use a public name of the file.")
    if import_.name == "*":
        what = f"A star import takes all names of {import_.module}, also future ones."
        yield source.finding(import_.line, RULE, what, "Import each name.")


def _check_reexports(sources: Sources, source: Source, import_: Import) -> Iterator[Finding]:
    if not _is_shop(import_.module) or import_.name in {"", "*"} or import_.target in sources.by_module:
        return
    owner = sources.by_module.get(import_.module)
    if owner is None:
        what = f"{import_.module} is no file that the contracts know."
        yield source.finding(import_.line, RULE, what, ADVICE)
    elif import_.name not in defined_in(owner) and not reexports_error(owner, import_.name):
        what = f"{import_.module} does not define {import_.name}{_describe_origin(owner, import_.name)}."
        yield source.finding(import_.line, RULE, what, ADVICE)


def _check_attribute_chains(sources: Sources, source: Source) -> Iterator[Finding]:
    reached = {part for import_ in imports_of(source) for part in prefixes(import_.target)}
    for node, full in _find_shop_attributes(source):
        module, _, name = full.rpartition(".")
        if full in sources.by_module and full not in reached:
            what = f"{full} is used without an import in this file, so no contract sees it."
            yield source.finding(node, RULE, what, ADVICE)
        owner = sources.by_module.get(module)
        if (
            owner
            and full not in sources.by_module
            and name not in defined_in(owner)
            and not reexports_error(owner, name)
        ):
            what = f"{module} does not define {name}{_describe_origin(owner, name)}."
            yield source.finding(node, RULE, what, ADVICE)


@cache
def _find_shop_attributes(source: Source) -> tuple[tuple[ast.Attribute, str], ...]:
    attributes = ((node, dotted(source, node)) for node in source.nodes(ast.Attribute))
    return tuple((node, full) for node, full in attributes if _is_shop(full))


def _check_dynamic_access(sources: Sources, source: Source) -> Iterator[Finding]:
    for call in _find_lookups(source) if source.structure else ():
        if dotted(source, call.args[0]) in sources.by_module:
            yield source.finding(call, RULE, "A name of a module is read by text.", ADVICE)


@cache
def _find_lookups(source: Source) -> tuple[ast.Call, ...]:
    calls = (call for call in source.nodes(ast.Call) if call.args)
    return tuple(call for call in calls if dotted(source, call.func).rpartition(".")[2] in LOOKUPS)


def _describe_origin(owner: Source, name: str) -> str:
    origin = bindings(owner).get(name)
    if origin is None:
        return ""
    home = origin.rpartition(".")[0]
    structure = of_module(home)
    return f", it is {f'a {structure.name} ' if structure else ''}imported from {home or origin}"


def _is_shop(name: str) -> bool:
    return name == "shop" or name.startswith("shop.")
