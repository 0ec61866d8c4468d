"""Index over the facts for the report views."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shop.architecture.report.markup import count

Fact = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """Permission and import count between two kinds.

    `state` is used, unused, clean or violated.
    """

    importer: str
    imported: str
    granted: bool
    edges: int

    @property
    def state(self) -> str:
        """Combination of grant and use: used, unused, clean or violated."""
        return ("used" if self.edges else "unused") if self.granted else ("violated" if self.edges else "clean")

    @property
    def sentence(self) -> str:
        """Description of the cell in words."""
        how_often = count(self.edges, "import")
        words = {"used": f"granted, {how_often}", "unused": "granted, not used", "clean": "forbidden, kept"}
        return f"{self.importer} to {self.imported}: {words.get(self.state, f'forbidden, {how_often}')}"


@dataclass(frozen=True)
class FactIndex:
    """Facts in the shape of `Facts.as_dict()`, with indexes."""

    facts: Fact

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of file, from top to bottom of the map."""
        return tuple(dict.fromkeys(cell["importer"] for cell in self.facts["cells"]))

    @cached_property
    def cells(self) -> dict[tuple[str, str], Cell]:
        """Cells by importer and imported kind."""
        keys = ("importer", "imported", "granted", "edges")
        return {(c["importer"], c["imported"]): Cell(*(c[key] for key in keys)) for c in self.facts["cells"]}

    @cached_property
    def structures(self) -> dict[str, Fact]:
        """Rows of the access table by name."""
        return {row["name"]: row for row in self.facts["structures"]}

    @cached_property
    def edges(self) -> dict[tuple[str, str], list[Fact]]:
        """Imports by importer and imported kind, type-only ones included."""
        return _group_by(self.facts["edges"], lambda edge: (edge["importer_kind"], edge["imported_kind"]))

    @cached_property
    def edges_of(self) -> dict[str, list[Fact]]:
        """Imports by path of the importing file."""
        return _group_by(self.facts["edges"], lambda edge: edge["path"])

    @cached_property
    def files_of(self) -> dict[str, list[Fact]]:
        """Files by kind."""
        return _group_by(self.facts["files"], lambda file: file["kind"])

    @cached_property
    def kind_of(self) -> dict[str, str]:
        """Kinds by path."""
        return {file["path"]: file["kind"] for file in self.facts["files"]}

    @cached_property
    def classes_of(self) -> dict[str, list[Fact]]:
        """Classes by path."""
        return _group_by(self.facts["classes"], lambda found: found["path"])

    @cached_property
    def classes(self) -> dict[str, Fact]:
        """Classes by full name."""
        return {f"{found['module']}.{found['name']}": found for found in self.facts["classes"]}

    @cached_property
    def paths(self) -> dict[str, str]:
        """Paths by module."""
        return {file["module"]: file["path"] for file in self.facts["files"]}

    @cached_property
    def broken_contracts(self) -> list[Fact]:
        """Contracts that are not kept."""
        return [contract for contract in self.facts["contracts"] if not contract["kept"]]

    def user_kinds(self, kind: str) -> list[str]:
        """Return the kinds that may use a kind, from top to bottom."""
        return [importer for importer in self.kinds if self.cells[importer, kind].granted]

    def used_kinds(self, kind: str) -> list[str]:
        """Return the kinds that a kind may use, from top to bottom."""
        return [imported for imported in self.kinds if self.cells[kind, imported].granted]

    def find_protecting_contract(self, kind: str) -> Fact | None:
        """Return the protected contract of a kind, else the layers contract."""
        contracts = {contract["id"]: contract for contract in self.facts["contracts"]}
        folder = self.structures.get(kind, {}).get("folder", kind)
        return contracts.get(folder) or contracts.get("map")


def short_name(module: str) -> str:
    """Remove the common package from a module name."""
    return module.partition(".")[2] or module


def _group_by(facts: Iterable[Fact], key: Callable[[Fact], Any]) -> dict[Any, list[Fact]]:
    groups: dict[Any, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[key(fact)].append(fact)
    return dict(groups)
