"""Facts of the project, read from import graph, source and access table.

`read()` returns a Facts; `read().as_dict()` is the same as plain JSON data:

    structures  one for each row of the table, top to bottom: name, folder, suffix, duty, entrance, uses_core,
                may_use, used_by, files (how many), classes (how many)
    files       module, path, kind, stem, sentence (of its docstring), lines, functions: [name, line, lines]
    classes     name, module, path, line, kind, stem, sentence, collaborators: [role, wanted (full name)]
    edges       importer, imported, path, line, importer_kind, imported_kind, granted, type_only
    cells       importer, imported (kinds), granted, edges (how many real ones, without type-only ones and without
                those within a unit)
    libraries   name, importers: [module]
    contracts   id, name (the sentence), type, guidance, kept, findings: [path, line, rule, what, instead]
    modules     stem, files: [path], classes: [name], routes: [verb, path, controller, line, summary],
                tables, keys: [name, template, life], codes: [number, name, sentence]
    hubs        module, used_by (how many modules of shop), uses (how many); the most used first; a unit is one module
    chains      the longest chains of imports through the structures: lists of modules, top to bottom

A kind is the name of a structure, or the package that stands beside them: core, app, cli, container, worker,
architecture, migrations, shop. An edge or a cell is one module importing another one; paths are relative to the
checkout, lines count from one.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import grimp

from shop.architecture.audit.import_paths import find_chains, find_hubs
from shop.architecture.audit.linter import ContractFact, build_graph, check_contracts
from shop.architecture.contracts import sources as read_checkout
from shop.architecture.source.facts import ClassFact, FileFact, ModuleFact, read_classes, read_files, read_modules
from shop.architecture.source.module_kinds import KINDS, grants, kind_of
from shop.architecture.source.source import Sources
from shop.architecture.table import STRUCTURES, used_by
from shop.architecture.units import may_import, share_unit, unit_of


@dataclass(frozen=True)
class StructureFact:
    """Row of the access table."""

    name: str
    folder: str
    suffix: str
    duty: str
    entrance: bool
    uses_core: bool
    may_use: tuple[str, ...]
    used_by: tuple[str, ...]
    files: int
    classes: int


@dataclass(frozen=True, order=True)
class EdgeFact:
    """Import between two modules; `type_only` ones stand under TYPE_CHECKING."""

    importer: str
    imported: str
    path: str
    line: int
    importer_kind: str
    imported_kind: str
    granted: bool
    type_only: bool


@dataclass(frozen=True)
class CellFact:
    """Permission and number of imports from one kind to another."""

    importer: str
    imported: str
    granted: bool
    edges: int


@dataclass(frozen=True)
class LibraryFact:
    """Outside package and the modules that import it."""

    name: str
    importers: tuple[str, ...]


@dataclass(frozen=True)
class HubFact:
    """Number of modules that use a module, and that it uses."""

    module: str
    used_by: int
    uses: int


@dataclass(frozen=True)
class Facts:
    """All facts of the project; the module docstring describes the shape."""

    structures: tuple[StructureFact, ...]
    files: tuple[FileFact, ...]
    classes: tuple[ClassFact, ...]
    edges: tuple[EdgeFact, ...]
    cells: tuple[CellFact, ...]
    libraries: tuple[LibraryFact, ...]
    contracts: tuple[ContractFact, ...]
    modules: tuple[ModuleFact, ...]
    hubs: tuple[HubFact, ...]
    chains: tuple[tuple[str, ...], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the facts as plain JSON data."""
        return asdict(self)


@cache
def read() -> Facts:
    """Read and check the checkout of this package.

    It is read once for each process, in a second.
    """
    return describe(read_checkout(), build_graph(), build_graph(type_names=True), check_contracts())


def describe(
    sources: Sources, graph: grimp.ImportGraph, with_types: grimp.ImportGraph, contracts: tuple[ContractFact, ...] = ()
) -> Facts:
    """Collect the facts of any source from its import graphs.

    `with_types` also holds the imports for type names.
    """
    files, classes = read_files(sources), read_classes(sources)
    edges = tuple(sorted(_edges(sources, graph, with_types)))
    links = {(unit_of(edge.importer), unit_of(edge.imported)) for edge in _between_units(edges)}
    return Facts(
        structures=_structures(files, classes),
        files=files,
        classes=classes,
        edges=edges,
        cells=_cells(edges),
        libraries=_libraries(graph),
        contracts=contracts,
        modules=read_modules(sources, classes),
        hubs=tuple(HubFact(*hub) for hub in find_hubs(links)),
        chains=find_chains(links),
    )


def _structures(files: tuple[FileFact, ...], classes: tuple[ClassFact, ...]) -> tuple[StructureFact, ...]:
    file_count, class_count = Counter(f.kind for f in files), Counter(c.kind for c in classes)
    return tuple(
        StructureFact(
            row.name, row.folder, row.suffix, row.duty, row.entrance, row.uses_core, row.may_use,
            used_by(row.name), file_count[row.name], class_count[row.name],
        )
        for row in reversed(STRUCTURES)
    )  # fmt: skip


def _edges(sources: Sources, graph: grimp.ImportGraph, with_types: grimp.ImportGraph) -> list[EdgeFact]:
    paths = {source.module: source.path for source in sources.files}
    return [
        EdgeFact(
            importer, imported, paths[importer], min(_lines(with_types, importer, imported)),
            kind_of(importer), kind_of(imported), may_import(importer, imported),
            type_only=imported not in graph.find_modules_directly_imported_by(importer),
        )
        for importer in sorted(paths)
        for imported in with_types.find_modules_directly_imported_by(importer)
        if imported in paths
    ]  # fmt: skip


def _lines(graph: grimp.ImportGraph, importer: str, imported: str) -> list[int]:
    return [detail["line_number"] for detail in graph.get_import_details(importer=importer, imported=imported)]


def _cells(edges: tuple[EdgeFact, ...]) -> tuple[CellFact, ...]:
    counts = Counter((edge.importer_kind, edge.imported_kind) for edge in _between_units(edges))
    return tuple(CellFact(one, other, grants(one, other), counts[one, other]) for one in KINDS for other in KINDS)


def _between_units(edges: tuple[EdgeFact, ...]) -> Iterator[EdgeFact]:
    """Yield the imports between units, without type names."""
    return (edge for edge in edges if not (edge.type_only or share_unit(edge.importer, edge.imported)))


def _libraries(graph: grimp.ImportGraph) -> tuple[LibraryFact, ...]:
    outside = sorted(module for module in graph.modules if graph.is_module_squashed(module))
    return tuple(LibraryFact(name, tuple(sorted(graph.find_modules_that_directly_import(name)))) for name in outside)
