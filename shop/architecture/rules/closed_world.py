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
# Python imports these like a .py file; type checkers prefer a .pyi over the .py beside it.
IMPORTABLE = {".pyi", ".pyc", ".so", ".pyd", ".pth", ".pyw", ".pyx"}
FOLDERS = {f"shop/{structure.folder}/__init__.py" for structure in STRUCTURES} | {"shop/core/__init__.py"}


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for files that no contract can read."""
    yield from _check_hidden_folders(sources)
    packages = {source.module for source in sources.files if source.is_package}
    for source in sources.files:
        yield from _check_depth(source)
        yield from _check_duplicate(source, packages)
        yield from _check_syntax(source)
        yield from _check_init(source)
    for path in sources.others:
        yield from _check_other_file(path)


def _check_hidden_folders(sources: Sources) -> Iterator[Finding]:
    packages = {str(PurePosixPath(source.path).parent) for source in sources.files if source.is_package}
    for source in sources.files:
        folder = str(PurePosixPath(source.path).parent)
        if folder not in packages:
            yield source.finding(
                1,
                RULE,
                f"{folder} has no __init__.py, so no contract sees this file.",
                "Give the folder an empty __init__.py, or move the file into a package of the layers contract.",
            )


def _check_depth(source: Source) -> Iterator[Finding]:
    if is_inside(source.module) and (source.is_package or source.module.count(".") > 3):
        yield source.finding(
            1,
            RULE,
            "A folder inside of a unit is not permitted.",
            "Keep the files of a unit in one folder; split a larger unit into two.",
        )


def _check_duplicate(source: Source, packages: set[str]) -> Iterator[Finding]:
    """Yield a finding for a file hidden by a folder."""
    if not source.is_package and source.module in packages:
        what = f"A folder of the same name hides {source.path}."
        yield source.finding(1, RULE, what, "A unit is a file or a folder: keep one of the two.")


def _check_syntax(source: Source) -> Iterator[Finding]:
    if source.problem:
        yield source.finding(
            1, RULE, f"This file cannot be parsed: {source.problem}.", "Write Python in UTF-8, or remove the file."
        )


def _check_init(source: Source) -> Iterator[Finding]:
    if source.path in FOLDERS and source.tree.body:
        yield source.finding(
            source.tree.body[0],
            RULE,
            "The __init__ of a layer is not empty.",
            "Move the code into a file of the layer: an __init__ runs for all files of its folder.",
        )


def _check_other_file(path: str) -> Iterator[Finding]:
    if path.endswith("/"):
        yield Finding(path, 1, RULE, "Python reads a linked folder, the rules do not.", "Move the files here.")
    elif PurePosixPath(path).suffix in IMPORTABLE:
        yield Finding(
            path,
            1,
            RULE,
            "Python or its tools read this file, the contracts do not.",
            "Keep only the .py file; generated files do not belong in the tree.",
        )
