"""Rule that no file below shop is hidden from the contracts.

Python imports folders and files that import-linter does not read.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from shop.architecture.finding import Finding
from shop.architecture.source.source import Source, Sources
from shop.architecture.table import STRUCTURES
from shop.architecture.units import is_inside

RULE = "closed_world"
# Python imports these as it imports a .py file; a .pyi tells the type checker another story than the .py beside it.
IMPORTABLE = {".pyi", ".pyc", ".so", ".pyd", ".pth", ".pyw", ".pyx"}
FOLDERS = {f"shop/{structure.folder}/__init__.py" for structure in STRUCTURES} | {"shop/core/__init__.py"}


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for files that no contract can read."""
    yield from _hidden_folders(sources)
    packages = {source.module for source in sources.files if source.is_package}
    for source in sources.files:
        yield from _check_depth(source)
        yield from _doubled(source, packages)
        yield from _unreadable(source)
        yield from _check_init(source)
    for path in sources.others:
        yield from _importable(path)


def _hidden_folders(sources: Sources) -> Iterator[Finding]:
    packages = {str(PurePosixPath(source.path).parent) for source in sources.files if source.is_package}
    for source in sources.files:
        folder = str(PurePosixPath(source.path).parent)
        if folder not in packages:
            yield source.finding(
                1,
                RULE,
                f"{folder} has no __init__.py, so no contract sees this file.",
                "Give the folder an empty __init__.py, or move the file into a folder that the map knows.",
            )


def _check_depth(source: Source) -> Iterator[Finding]:
    if is_inside(source.module) and (source.is_package or source.module.count(".") > 3):
        yield source.finding(
            1,
            RULE,
            "A folder inside of a unit is a layer that the table does not know.",
            "Keep the files of a unit side by side; what grows beyond that is a second unit.",
        )


def _doubled(source: Source, packages: set[str]) -> Iterator[Finding]:
    """Yield a finding for a file behind a folder of the same name."""
    if not source.is_package and source.module in packages:
        what = f"A folder of the same name hides {source.path}."
        yield source.finding(1, RULE, what, "A unit is a file or a folder: keep one of the two.")


def _unreadable(source: Source) -> Iterator[Finding]:
    if source.problem:
        yield source.finding(
            1, RULE, f"This file cannot be parsed: {source.problem}.", "Write Python in UTF-8, or take the file away."
        )


def _check_init(source: Source) -> Iterator[Finding]:
    if source.path in FOLDERS and source.tree.body:
        yield source.finding(
            source.tree.body[0],
            RULE,
            "The __init__ of a layer is not empty.",
            "Move the code into a file of the layer: an __init__ runs for, and lends its names to, all its siblings.",
        )


def _importable(path: str) -> Iterator[Finding]:
    if path.endswith("/"):
        yield Finding(path, 1, RULE, "A linked folder is read by Python and by no rule.", "Put the files here.")
    elif PurePosixPath(path).suffix in IMPORTABLE:
        yield Finding(
            path,
            1,
            RULE,
            "Python or its tools read this file, and no contract can.",
            "Keep the .py file alone; generated files do not belong into the tree.",
        )
