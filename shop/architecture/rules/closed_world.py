"""Every file below shop is seen: Python imports folders and files that import-linter does not look into."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from shop.architecture.finding import Finding
from shop.architecture.source.source import Source, Sources
from shop.architecture.table import STRUCTURES

RULE = "closed_world"
# Python imports these as it imports a .py file; a .pyi tells the type checker another story than the .py beside it.
IMPORTABLE = {".pyi", ".pyc", ".so", ".pyd", ".pth", ".pyw", ".pyx"}
FOLDERS = {f"shop/{structure.folder}/__init__.py" for structure in STRUCTURES} | {"shop/core/__init__.py"}


def check(sources: Sources) -> Iterator[Finding]:
    """Findings for files that no contract can read."""
    yield from _hidden_folders(sources)
    for source in sources.files:
        yield from _check_depth(source)
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
    if source.structure and len(PurePosixPath(source.path).parts) > 3:
        yield source.finding(
            1,
            RULE,
            f"A folder inside {source.structure.folder} is a layer that the table does not know.",
            "Keep the files of a layer side by side: one noun is one file.",
        )


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
