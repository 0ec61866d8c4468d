"""The facts of one day, indexed the way the views ask for them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shop.architecture.report.markup import count

Fact = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """What one kind may do with another, and how often it is done; `verdict` is used, unused, clean or violated."""

    importer: str
    imported: str
    granted: bool
    edges: int

    @property
    def state(self) -> str:
        """Granted and used, granted and unused, forbidden and clean, forbidden and violated."""
        return ("used" if self.edges else "unused") if self.granted else ("violated" if self.edges else "clean")

    @property
    def sentence(self) -> str:
        """The cell in words."""
        how_often = count(self.edges, "import")
        words = {"used": f"granted, {how_often}", "unused": "granted, not used", "clean": "forbidden, kept"}
        return f"{self.importer} to {self.imported}: {words.get(self.state, f'forbidden, {how_often}')}"


@dataclass(frozen=True)
class FactIndex:
    """Facts in the shape of `Facts.as_dict()`."""

    facts: Fact

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of file, from top to bottom of the map."""
        return tuple(dict.fromkeys(cell["importer"] for cell in self.facts["cells"]))

    @cached_property
    def cells(self) -> dict[tuple[str, str], Cell]:
        """Importer and imported kind -> cell."""
        keys = ("importer", "imported", "granted", "edges")
        return {(c["importer"], c["imported"]): Cell(*(c[key] for key in keys)) for c in self.facts["cells"]}

    @cached_property
    def structures(self) -> dict[str, Fact]:
        """Name -> row of the access table."""
        return {row["name"]: row for row in self.facts["structures"]}

    @cached_property
    def edges(self) -> dict[tuple[str, str], list[Fact]]:
        """Importer and imported kind -> imports, type-only ones included."""
        return _group_by(self.facts["edges"], lambda edge: (edge["importer_kind"], edge["imported_kind"]))

    @cached_property
    def edges_of(self) -> dict[str, list[Fact]]:
        """Path -> the imports in that file."""
        return _group_by(self.facts["edges"], lambda edge: edge["path"])

    @cached_property
    def files_of(self) -> dict[str, list[Fact]]:
        """Kind -> files."""
        return _group_by(self.facts["files"], lambda file: file["kind"])

    @cached_property
    def kind_of(self) -> dict[str, str]:
        """Path -> kind."""
        return {file["path"]: file["kind"] for file in self.facts["files"]}

    @cached_property
    def classes_of(self) -> dict[str, list[Fact]]:
        """Path -> classes."""
        return _group_by(self.facts["classes"], lambda found: found["path"])

    @cached_property
    def classes(self) -> dict[str, Fact]:
        """Full name -> class."""
        return {f"{found['module']}.{found['name']}": found for found in self.facts["classes"]}

    @cached_property
    def paths(self) -> dict[str, str]:
        """Module -> path."""
        return {file["module"]: file["path"] for file in self.facts["files"]}

    @cached_property
    def broken_contracts(self) -> list[Fact]:
        """The contracts that are not kept."""
        return [contract for contract in self.facts["contracts"] if not contract["kept"]]

    def user_kinds(self, kind: str) -> list[str]:
        """The kinds that may use this one, from top to bottom."""
        return [importer for importer in self.kinds if self.cells[importer, kind].granted]

    def used_kinds(self, kind: str) -> list[str]:
        """The kinds that this one may use, from top to bottom."""
        return [imported for imported in self.kinds if self.cells[kind, imported].granted]

    def find_protecting_contract(self, kind: str) -> Fact | None:
        """The contract that says who may use a kind: its own door, else the map."""
        contracts = {contract["id"]: contract for contract in self.facts["contracts"]}
        folder = self.structures.get(kind, {}).get("folder", kind)
        return contracts.get(folder) or contracts.get("map")


def short_name(module: str) -> str:
    """A module without the package that all of them have in common."""
    return module.partition(".")[2] or module


def _group_by(facts: Iterable[Fact], key: Callable[[Fact], Any]) -> dict[Any, list[Fact]]:
    groups: dict[Any, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[key(fact)].append(fact)
    return dict(groups)
