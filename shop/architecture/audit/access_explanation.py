"""Explanation of one permitted or forbidden use, for `flask shop arch why`."""

from dataclasses import dataclass

from shop.architecture.audit.access_paths import find_broken_rule, find_path, suggest_alternative, with_article
from shop.architecture.audit.check_results import sentence_of
from shop.architecture.audit.facts import Facts
from shop.architecture.source.module_kinds import KINDS, UnknownName, grants, is_structure, kind_of
from shop.architecture.table import STRUCTURES, structure
from shop.architecture.units import is_inside, may_import, unit_of

SHOWN_MAX = 6


@dataclass(frozen=True)
class NamedModules:
    """Modules behind a name; `modules` is empty for a whole kind."""

    name: str
    kind: str
    modules: tuple[str, ...]


@dataclass(frozen=True)
class AccessAnswer:
    """Result and explanation of one access query."""

    granted: bool
    text: str


def explain_access(facts: Facts, importer: str, imported: str) -> AccessAnswer:
    """Explain one use; raises UnknownName."""
    user, target = resolve_name(facts, importer), resolve_name(facts, imported)
    granted = user != target and _is_granted(user, target)
    lines = [f"{_format_place(user)} -> {_format_place(target)}: {'allowed' if granted else 'forbidden'}."]
    if is_structure(user.kind):
        core = "; may use the core" if structure(user.kind).uses_core else "; not even the core"
        lines.append(f"The row: {sentence_of(structure(user.kind))}{core}.")
    lines += _describe_uses(facts, user, target)
    if hidden := next(filter(is_inside, target.modules), "") if not granted else "":
        lines.append(f"It is inside of the unit {unit_of(hidden)}: import that unit instead.")
    elif not granted:
        lines += _describe_detour(facts, user, target)
    return AccessAnswer(granted, "\n".join(lines))


def resolve_name(facts: Facts, name: str) -> NamedModules:
    """Find the modules behind a name; raises UnknownName.

    The name is a structure or its folder, a class, a module, or a file.
    """
    folders = {row.folder: row.name for row in STRUCTURES}
    kind = folders.get(name.removeprefix("shop.").removeprefix("shop/").rstrip("/"), name)
    if kind in KINDS:
        return NamedModules(kind, kind, ())
    classes = [fact for fact in facts.classes if name in {fact.name, f"{fact.module}.{fact.name}"}]
    if classes:
        return NamedModules(name.rpartition(".")[2], classes[0].kind, tuple(fact.module for fact in classes))
    for fact in facts.files:
        if name.removeprefix("shop/").removeprefix("shop.").rstrip("/") in _names(fact.path, fact.module):
            return NamedModules(fact.module, kind_of(fact.module), (fact.module,))
    raise UnknownName(f"{name} is no structure, class, module or file of shop.")


def _is_granted(user: NamedModules, target: NamedModules) -> bool:
    if user.modules and target.modules:
        return all(may_import(importer, imported) for importer in user.modules for imported in target.modules)
    return grants(user.kind, target.kind) and not any(map(is_inside, target.modules))


def _names(path: str, module: str) -> set[str]:
    """Return the accepted names of a file, without the prefix `shop`."""
    path = path.removeprefix("shop/")
    return {path, path.removesuffix("/__init__.py"), module.removeprefix("shop.")}


def _format_place(place: NamedModules) -> str:
    return place.name if place.name == place.kind else f"{place.name} ({place.kind})"


def _describe_uses(facts: Facts, user: NamedModules, target: NamedModules) -> list[str]:
    places = [
        f"{edge.path}:{edge.line}"
        for edge in facts.edges
        if not edge.type_only and _contains_module(user, edge.importer) and _contains_module(target, edge.imported)
    ]
    more = f" and {len(places) - SHOWN_MAX} more" if len(places) > SHOWN_MAX else ""
    return [f"Existing imports: {', '.join(places[:SHOWN_MAX])}{more}."] if places else ["No import exists."]


def _contains_module(place: NamedModules, module: str) -> bool:
    return module in place.modules if place.modules else kind_of(module) == place.kind


def _describe_detour(facts: Facts, user: NamedModules, target: NamedModules) -> list[str]:
    if not (is_structure(user.kind) and is_structure(target.kind)):
        kinds = f"{with_article(user.kind).capitalize()} and {with_article(target.kind)}"
        return [f"{kinds} are in different layers of the map."]
    lines = [f"The rule: {find_broken_rule(user.kind, target.kind)}. {suggest_alternative(user.kind, target.kind)}"]
    contracts = [c for c in facts.contracts if c.id == structure(target.kind).folder]
    lines += [f"The contract: {contract.name}. {contract.guidance}" for contract in contracts]
    return lines + _find_holders(facts, user, target)


def _find_holders(facts: Facts, user: NamedModules, target: NamedModules) -> list[str]:
    """Describe the permitted intermediate classes that already hold the target."""
    chain = find_path(user.kind, target.kind)
    if user.kind == target.kind or len(chain) < 3:
        return []
    targets = {
        f"{fact.module}.{fact.name}" for fact in facts.classes if _contains_class(target, fact.module, fact.name)
    }
    holders = [
        fact.name
        for fact in facts.classes
        if fact.kind == chain[-2] and targets & {field.wanted for field in fact.collaborators}
    ]
    return [f"{chain[-2]}s that hold {target.name} already: {', '.join(sorted(holders))}."] if holders else []


def _contains_class(place: NamedModules, module: str, name: str) -> bool:
    return _contains_module(place, module) and place.name in {place.kind, module, name}
