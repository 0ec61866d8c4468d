"""Rule that names are imported from the file that defines them."""

import ast
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.names import Import, bindings, defined_in, dotted, imports_of, prefixes
from shop.architecture.source.source import Source, Sources
from shop.architecture.table import of_module
from shop.architecture.units import is_inside, share_unit

RULE = "own_names"
ADVICE = "Import it from the file that defines it; when that is forbidden, the table says what to go through."


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for names imported from another file than their own."""
    for source in sources.files:
        for found in imports_of(source):
            yield from _check_forms(source, found)
            yield from _check_reexports(sources, source, found)
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


def _check_forms(source: Source, found: Import) -> Iterator[Finding]:
    if found.relative:
        what = f"A relative import hides that this is {found.target}."
        yield source.finding(found.line, RULE, what, "Write the name in full, from `shop.` on.")
    if found.name.startswith("_") and not found.name.startswith("__") and _is_shop(found.module):
        what = f"{found.name} is {found.module}'s own affair."
        yield source.finding(found.line, RULE, what, "Use what the file offers without an underscore.")
    if found.name == "*":
        what = f"A star import brings whatever {found.module} has, today and tomorrow."
        yield source.finding(found.line, RULE, what, "Name what you need.")


def _check_reexports(sources: Sources, source: Source, found: Import) -> Iterator[Finding]:
    if not _is_shop(found.module) or found.name in {"", "*"} or found.target in sources.by_module:
        return
    owner = sources.by_module.get(found.module)
    if owner is None:
        what = f"{found.module} is no file that the contracts see."
        yield source.finding(found.line, RULE, what, ADVICE)
    elif found.name not in defined_in(owner) and not reexports_error(owner, found.name):
        what = f"{found.module} does not define {found.name}{_describe_origin(owner, found.name)}."
        yield source.finding(found.line, RULE, what, ADVICE)


def _check_attribute_chains(sources: Sources, source: Source) -> Iterator[Finding]:
    reached = {part for found in imports_of(source) for part in prefixes(found.target)}
    for node in source.nodes(ast.Attribute):
        full = dotted(source, node)
        module, _, name = full.rpartition(".")
        if not _is_shop(full):
            continue
        if full in sources.by_module and full not in reached:
            what = f"{full} is reached without being imported here, so no contract sees it."
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


def _check_dynamic_access(sources: Sources, source: Source) -> Iterator[Finding]:
    for call in source.nodes(ast.Call):
        asks = dotted(source, call.func).rpartition(".")[2] in {"getattr", "vars", "attrgetter"} and call.args
        if asks and source.structure and dotted(source, call.args[0]) in sources.by_module:
            yield source.finding(call, RULE, "A module is asked for a name as text.", ADVICE)


def _describe_origin(owner: Source, name: str) -> str:
    origin = bindings(owner).get(name)
    if origin is None:
        return ""
    home = origin.rpartition(".")[0]
    structure = of_module(home)
    return f", it is {f'a {structure.name} ' if structure else ''}borrowed from {home or origin}"


def _is_shop(name: str) -> bool:
    return name == "shop" or name.startswith("shop.")
