"""Contracts of importlinter.ini, checked over graphs of invented modules."""

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path

from grimp import ImportGraph
from importlinter import Contract
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from shop.architecture.table import ASSEMBLY, STRUCTURES, may_use

CONFIG = Path(__file__).parents[2] / "importlinter.ini"

# These contract types check the import graph; the custom types read the source.
GRAPH_TYPES: dict[str, type[Contract]] = {
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}


def load(config: Path = CONFIG) -> tuple[Contract, ...]:
    """Build the contracts of `config` that check the import graph."""
    options = read_configuration(str(config))
    return tuple(
        GRAPH_TYPES[contract["type"]](contract["name"], options["session_options"], contract)
        for contract in options["contracts_options"]
        if contract["type"] in GRAPH_TYPES
    )


def option_lines(contract: Contract, option: str) -> list[str]:
    """Return the lines of an option as the file has them."""
    value = contract.contract_options.get(option, "")
    return [line for line in ([value] if isinstance(value, str) else value) if line]


def core_layers() -> list[list[str]]:
    """Return the packages of the core by layer, from the top down."""
    (contract,) = (contract for contract in load() if option_lines(contract, "containers") == ["shop.core"])
    return [re.findall(r"\w+", line) for line in option_lines(contract, "layers")]


def libraries(contracts: tuple[Contract, ...]) -> set[str]:
    """Return the outside libraries that the contracts place."""
    return {
        name
        for contract in contracts
        for name in option_lines(contract, "forbidden_modules")
        if not name.startswith("shop")
    }


def _modules() -> Iterator[str]:
    yield "shop"
    yield from (f"shop.{name}" for name in (*ASSEMBLY, "architecture", "core", "migrations"))
    yield from ("shop.architecture.table", "shop.architecture.commands", "shop.migrations.env")
    for row in core_layers():
        for name in row:
            yield from (f"shop.core.{name}{inside}" for inside in ("", ".alpha", ".beta"))
    for structure in STRUCTURES:
        yield f"shop.{structure.folder}"
        yield from (f"shop.{structure.folder}.{noun}" for noun in ("alpha", "beta", "alpha.inside", "beta.inside"))


def build_graph() -> ImportGraph:
    """Build a graph of invented modules without any import.

    It has two units of every kind, each with a file inside, and every library.
    """
    graph = ImportGraph()
    for module in _modules():
        graph.add_module(module)
    for library in sorted(libraries(load())):
        graph.add_module(library, is_squashed=True)
    return graph


def is_broken(contract: Contract, graph: ImportGraph) -> bool:
    """Return True when a graph breaks a contract.

    The contract gets a copy of the graph, because some contracts remove permitted imports from it.
    """
    return not contract.check(deepcopy(graph), verbose=False).kept


@cache
def _load_project() -> tuple[tuple[Contract, ...], ImportGraph]:
    return load(), build_graph()


def broken_by(importer: str, imported: str, contracts: tuple[Contract, ...] | None = None) -> list[str]:
    """Return the names of the contracts that one added import breaks.

    Checks `contracts`, by default those of importlinter.ini.
    """
    real, graph = _load_project()
    changed = deepcopy(graph)
    changed.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    return [
        contract.name
        for contract in (real if contracts is None else contracts)
        if _may_forbid(contract, imported) and is_broken(contract, changed)
    ]


def _may_forbid(contract: Contract, imported: str) -> bool:
    """Return False for a contract whose forbidden or protected modules lie elsewhere.

    Every chain that such a contract reports ends in one of them, and the graph has one import.
    """
    roots = _roots(contract)
    return not roots or any(f"{imported}.".startswith(f"{root}.") for root in roots)


@cache
def _roots(contract: Contract) -> frozenset[str]:
    """Return the packages of the forbidden and protected modules, none for all."""
    lines = (line for option in ("forbidden_modules", "protected_modules") for line in option_lines(contract, option))
    roots = frozenset(".".join(line.split(".")[:2]) for line in lines)
    return frozenset() if any("*" in root for root in roots) else roots


def find_protecting_contract(folder: str) -> str:
    """Return the name of the contract that protects `folder`."""
    (contract,) = (c.name for c in _load_project()[0] if option_lines(c, "protected_modules") == [f"shop.{folder}.*"])
    return contract


@cache
def find_mismatches() -> tuple[int, tuple[str, ...]]:
    """Return the number of cells and those where contracts contradict the table.

    A granted import must break no contract. Any other import must break the protected contract of its row. A file
    inside of a unit must have the permissions of the unit.
    """
    contracts_by_name = {contract.name: (contract,) for contract in _load_project()[0]}
    cells = [(importer, imported) for importer in STRUCTURES for imported in STRUCTURES]
    mismatches = []
    for importer, imported in cells:
        granted = may_use(importer.name, imported.name)
        checked = None if granted else contracts_by_name[find_protecting_contract(imported.folder)]
        for place in ("alpha", "alpha.inside"):
            broken = broken_by(f"shop.{importer.folder}.{place}", f"shop.{imported.folder}.beta", checked)
            if granted is bool(broken):
                mismatches.append(f"{importer.name} ({place}) imports {imported.name}")
    return len(cells), tuple(mismatches)
