"""Imports of all planted files, read in one copy of the tree.

The scanner of import-linter reads the copy in a process of its own.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from grimp import ImportGraph

from shop.architecture.mutations.mutation import STEM, Mutation

# Run in a child process: the scanner finds a package by name, and this process has imported the real `shop`.
SCAN = """
import json, grimp
graph = grimp.build_graph(
    "shop", include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
)
print(json.dumps([[m, sorted(graph.find_modules_directly_imported_by(m))] for m in sorted(graph.modules)]))
"""


@dataclass(frozen=True)
class MutationGraph:
    """Import graph of the tree and the imports of each planted file."""

    imports: Mapping[str, tuple[str, ...]]

    def build_base(self) -> ImportGraph:
        """Build the graph without mutations."""
        return _add_imports(
            ImportGraph(),
            {module: imported_modules for module, imported_modules in self.imports.items() if STEM not in module},
        )

    def build_mutated(self, base: ImportGraph, number: int) -> ImportGraph:
        """Build the graph with one mutation."""
        numbered_stem = f".{STEM}{number}"
        # `planted1_more` belongs to mutation 1, `planted12` does not.
        added = {
            module: imported_modules
            for module, imported_modules in self.imports.items()
            if f"{module}.".partition(numbered_stem)[2][:1] in {".", "_"}
        }
        return _add_imports(deepcopy(base), added)


def scan(root: Path, mutations: Iterable[tuple[int, Mutation]]) -> MutationGraph:
    """Write all mutations into one copy of the tree and read it."""
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(root / "shop", copy / "shop", ignore=shutil.ignore_patterns("__pycache__"))
        for number, mutation in mutations:
            for path, text in number_files(mutation, number).items():
                (copy / path).parent.mkdir(parents=True, exist_ok=True)
                (copy / path).write_text(text)
        command = [sys.executable, "-c", SCAN]
        result = subprocess.run(command, cwd=copy, check=True, capture_output=True, text=True)
    return MutationGraph({module: tuple(imported_modules) for module, imported_modules in json.loads(result.stdout)})


def number_files(mutation: Mutation, number: int) -> dict[str, str]:
    """Rename the files of a mutation so that many fit one tree."""
    numbered_stem = f"{STEM}{number}"
    return {
        path.replace(STEM, numbered_stem): text.replace(STEM, numbered_stem) for path, text in mutation.files.items()
    }


def _add_imports(graph: ImportGraph, imports: Mapping[str, tuple[str, ...]]) -> ImportGraph:
    for module in imports:
        graph.add_module(module, is_squashed=not _is_shop(module))
    for importer, imported_modules in imports.items():
        for imported in imported_modules:
            if imported not in graph.modules:
                graph.add_module(imported, is_squashed=not _is_shop(imported))
            graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    return graph


def _is_shop(module: str) -> bool:
    return module.partition(".")[0] == "shop"
