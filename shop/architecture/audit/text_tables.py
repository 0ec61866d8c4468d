"""Text tables of facts for a terminal."""

from collections.abc import Iterable, Iterator

from shop.architecture.audit.facts import CellFact, Facts
from shop.architecture.source.facts import ClassFact, ModuleFact
from shop.architecture.source.module_kinds import UnknownName
from shop.architecture.table import STRUCTURES

UNUSED_MARK, FORBIDDEN_MARK = "o", "."
COLUMN_WIDTH = 4
LEGEND = "number: imports there are   o: granted, not used   .: forbidden   !: forbidden, and there are imports"


def format_matrix(facts: Facts) -> str:
    """Format the access table with its import counts.

    The numbers over the columns are those of the rows.
    """
    names = [row.name for row in reversed(STRUCTURES)]
    columns = [*names, "core"]
    cells = {(cell.importer, cell.imported): cell for cell in facts.cells}
    head = "".join(f"{number:>{COLUMN_WIDTH}}" for number in range(1, len(names) + 1)) + "  core"
    lines = [f"{'':<24}{head}"]
    for number, name in enumerate(names, 1):
        line = "".join(f"{_format_cell(cells[name, other]):>{COLUMN_WIDTH}}" for other in columns)
        lines.append(f"{number:>3} {name:<20}{line}")
    structure_cells = [cells[one, other] for one in names for other in names]
    granted = [cell for cell in structure_cells if cell.granted]
    unused = sum(not cell.edges for cell in granted)
    summary = f"{len(granted)} of {len(structure_cells)} cells are granted, {unused} of them unused."
    return "\n".join([*lines, "", LEGEND, summary])


def format_module(facts: Facts, stem: str) -> str:
    """Format the slice of one noun; raises UnknownName."""
    nouns = {fact.stem: fact for fact in facts.modules}
    if stem not in nouns:
        raise UnknownName(f"No file of a structure is called {stem}; there are: {', '.join(nouns)}.")
    module = nouns[stem]
    classes = [fact for fact in facts.classes if fact.path in module.files]
    sections = {
        "files": [*module.files],
        "classes": [_format_class(fact) for fact in classes],
        "routes": [f"{route.verb:<7}{route.path:<40}{route.summary}" for route in module.routes],
        "tables": [*module.tables],
        "keys": [f"{key.name:<34}{key.template:<42}{key.life or 'stays'}" for key in module.keys],
        "codes": [f"{code.number}  {code.name:<24}{code.sentence}" for code in module.codes],
        "uses": _find_used_stems(facts, module),
    }
    return "\n".join(_sections(sections)).rstrip()


def format_routes(facts: Facts, controllers: Iterable[type]) -> str:
    """Format every route with the rule of its Controller method."""
    kinds = {kind.__name__: kind for kind in controllers}
    module = sorted((route.path, route.verb, route.controller) for fact in facts.modules for route in fact.routes)
    width = max(len(path) for path, _, _ in module) + 2
    return "\n".join(f"{verb:<8}{path:<{width}}{_format_rule(kinds[name], verb)}" for path, verb, name in module)


def _format_rule(controller: type, verb: str) -> str:
    return str(getattr(getattr(controller, verb.lower()), "__rule__", "No access rule."))


def _format_cell(cell: CellFact) -> str:
    if cell.granted:
        return str(cell.edges or UNUSED_MARK)
    return f"!{cell.edges}" if cell.edges else FORBIDDEN_MARK


def _format_class(fact: ClassFact) -> str:
    collaborators = ", ".join(f"{field.role}: {field.wanted.rpartition('.')[2]}" for field in fact.collaborators)
    return f"{fact.name:<28}{collaborators}".rstrip()


def _find_used_stems(facts: Facts, module: ModuleFact) -> list[str]:
    """Return the other nouns whose files a noun imports."""
    stems = {fact.path: fact.stem for fact in facts.files}
    modules = {fact.module: fact.path for fact in facts.files}
    inside = set(module.files)
    edges = [(e.path, modules[e.imported], e.imported_kind) for e in facts.edges if e.path in inside]
    others = {(stems[path], kind) for _, path, kind in edges if path not in inside and kind != "core"}
    return [f"{kind} {stem}" for stem, kind in sorted(others)]


def _sections(sections: dict[str, list[str]]) -> Iterator[str]:
    for title, lines in sections.items():
        if lines:
            yield from (title, *(f"  {line}" for line in lines), "")
