"""Contracts of importlinter.ini, run in this process, with findings by file."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import grimp
from importlinter import Contract, ContractCheck
from importlinter.api import read_configuration

from shop.architecture import contracts as custom_types
from shop.architecture.finding import Finding
from shop.architecture.matrix import CONFIG, GRAPH_TYPES

CHECKOUT = Path(__file__).parents[3]


@dataclass(frozen=True)
class ContractFact:
    """Contract and its findings; `name` is its sentence."""

    id: str
    name: str
    type: str
    guidance: str
    kept: bool
    findings: tuple[Finding, ...]


@cache
def build_graph(*, type_names: bool = False) -> grimp.ImportGraph:
    """Read the imports of shop, optionally with those under TYPE_CHECKING.

    They are read once for each process; a change needs a copy.
    """
    return grimp.build_graph(
        "shop", include_external_packages=True, exclude_type_checking_imports=not type_names, cache_dir=None
    )


@cache
def check_contracts(graph: grimp.ImportGraph | None = None, config: Path = CONFIG) -> tuple[ContractFact, ...]:
    """Check every contract, by default over the imports of this checkout.

    The same graph is checked once for each process.
    """
    graph = graph or build_graph()
    options = read_configuration(str(config))
    kinds = {**GRAPH_TYPES, **_find_custom_types(options["session_options"])}
    session = options["session_options"]
    return tuple(_check(kinds, contract_options, session, graph) for contract_options in options["contracts_options"])


def _find_custom_types(session: dict[str, Any]) -> dict[str, type[Contract]]:
    lines = (line.split(":") for line in session.get("contract_types", ()))
    return {name.strip(): getattr(custom_types, path.rpartition(".")[2].strip()) for name, path in lines}


def _check(
    kinds: dict[str, type[Contract]], options: dict[str, Any], session: dict[str, Any], graph: grimp.ImportGraph
) -> ContractFact:
    contract = kinds[options["type"]](options["name"], session, options)
    # Some contracts remove permitted imports from their graph.
    check = contract.check(deepcopy(graph), verbose=False)
    guidance = _join_lines(options.get("broken_contract_guidance", ""))
    findings = () if check.kept else tuple(sorted(set(_findings(options, guidance, check))))
    return ContractFact(options["id"], options["name"], options["type"], guidance, check.kept, findings)


def _join_lines(option: str | list[str]) -> str:
    return " ".join(option.split() if isinstance(option, str) else option).strip()


def _findings(options: dict[str, Any], guidance: str, check: ContractCheck) -> Iterator[Finding]:
    yield from check.metadata.get("findings", ())
    for link in _links(check.metadata):
        what = f"{link['importer']} imports {link['imported']}, but: {options['name']}."
        yield Finding(path_of(link["importer"]), min(link["line_numbers"]) or 1, options["id"], what, guidance)
    for module in check.metadata.get("undeclared_modules", ()):
        yield Finding(path_of(module), 1, options["id"], f"{module} is in no layer of the layers contract.", guidance)


def _links(data: Any) -> Iterator[dict[str, Any]]:
    """Yield every import that a contract reports.

    Each contract type nests its imports in another way.
    """
    if isinstance(data, dict) and "line_numbers" in data:
        yield data
    elif isinstance(data, dict | list | tuple):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _links(part)
    elif hasattr(data, "illegal_links"):
        yield from _links(data.illegal_links)


def path_of(module: str) -> str:
    """Return the path of a module of shop, relative to the checkout."""
    path = Path(*module.split("."))
    return f"{path.as_posix()}/__init__.py" if (CHECKOUT / path).is_dir() else f"{path.as_posix()}.py"
