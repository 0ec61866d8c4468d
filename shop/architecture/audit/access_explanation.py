"""`why A B`: may A use B, by which row; if not, through whom to go."""

from dataclasses import dataclass

from shop.architecture.audit.access_paths import article, instead, rule_between, way
from shop.architecture.audit.check_results import sentence_of
from shop.architecture.audit.facts import Facts
from shop.architecture.source.module_kinds import KINDS, UnknownName, grants, is_structure, kind_of
from shop.architecture.table import STRUCTURES, structure

SHOWN = 6


@dataclass(frozen=True)
class Place:
    """What a name stands for; `modules` is empty for a whole kind."""

    name: str
    kind: str
    modules: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """Whether it is granted, and everything one wants to know about it."""

    granted: bool
    text: str


def why(facts: Facts, importer: str, imported: str) -> Answer:
    """Judge one use; raises UnknownName."""
    one, other = find(facts, importer), find(facts, imported)
    granted = grants(one.kind, other.kind) and one != other
    lines = [f"{_say(one)} -> {_say(other)}: {'allowed' if granted else 'forbidden'}."]
    if is_structure(one.kind):
        core = "; the core is free to it" if structure(one.kind).uses_core else "; not even the core"
        lines.append(f"The row: {sentence_of(structure(one.kind))}{core}.")
    lines += _uses(facts, one, other)
    if not granted:
        lines += _detour(facts, one, other)
    return Answer(granted, "\n".join(lines))


def find(facts: Facts, name: str) -> Place:
    """What a name stands for: a structure or its folder, a class, a module, or a file; raises UnknownName."""
    folders = {row.folder: row.name for row in STRUCTURES}
    kind = folders.get(name.removeprefix("shop.").removeprefix("shop/").rstrip("/"), name)
    if kind in KINDS:
        return Place(kind, kind, ())
    classes = [fact for fact in facts.classes if name in {fact.name, f"{fact.module}.{fact.name}"}]
    if classes:
        return Place(name.rpartition(".")[2], classes[0].kind, tuple(fact.module for fact in classes))
    for fact in facts.files:
        if name in {fact.path, fact.module, fact.path.removeprefix("shop/"), fact.module.removeprefix("shop.")}:
            return Place(fact.module, kind_of(fact.module), (fact.module,))
    raise UnknownName(f"{name} is no structure, class, module or file of shop.")


def _say(place: Place) -> str:
    return place.name if place.name == place.kind else f"{place.name} ({place.kind})"


def _uses(facts: Facts, one: Place, other: Place) -> list[str]:
    found = [
        f"{edge.path}:{edge.line}"
        for edge in facts.edges
        if not edge.type_only and _stands_for(one, edge.importer) and _stands_for(other, edge.imported)
    ]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return [f"It is done in: {', '.join(found[:SHOWN])}{more}."] if found else ["Nobody does it."]


def _stands_for(place: Place, module: str) -> bool:
    return module in place.modules if place.modules else kind_of(module) == place.kind


def _detour(facts: Facts, one: Place, other: Place) -> list[str]:
    if not (is_structure(one.kind) and is_structure(other.kind)):
        return [f"{article(one.kind).capitalize()} and {article(other.kind)} stand on different storeys of the map."]
    lines = [f"The rule: {rule_between(one.kind, other.kind)}. {instead(one.kind, other.kind)}"]
    doors = [c for c in facts.contracts if c.id == structure(other.kind).folder]
    lines += [f"The door: {door.name}. {door.guidance}" for door in doors]
    return lines + _concrete(facts, one, other)


def _concrete(facts: Facts, one: Place, other: Place) -> list[str]:
    """Whoever stands on the way already and holds what is asked for."""
    chain = way(one.kind, other.kind)
    if one.kind == other.kind or len(chain) < 3:
        return []
    targets = {f"{fact.module}.{fact.name}" for fact in facts.classes if _is(other, fact.module, fact.name)}
    holders = [
        fact.name
        for fact in facts.classes
        if fact.kind == chain[-2] and targets & {field.wanted for field in fact.collaborators}
    ]
    return [f"{chain[-2]}s that hold {other.name} already: {', '.join(sorted(holders))}."] if holders else []


def _is(place: Place, module: str, name: str) -> bool:
    return _stands_for(place, module) and place.name in {place.kind, module, name}
