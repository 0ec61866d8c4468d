"""Every file below shop is seen: Python imports a folder without `__init__.py`, import-linter does not see it."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from shop.architecture.finding import Finding
from shop.architecture.source import Sources

RULE = "closed_world"


def check(sources: Sources) -> Iterator[Finding]:
    """Findings for files in folders that are no packages."""
    packages = {str(PurePosixPath(s.path).parent) for s in sources.files if s.path.endswith("__init__.py")}
    for source in sources.files:
        folder = str(PurePosixPath(source.path).parent)
        if folder not in packages:
            yield Finding(
                source.path,
                1,
                RULE,
                f"{folder} has no __init__.py, so no contract sees this file.",
                "Give the folder an empty __init__.py, or move the file into a folder that the map knows.",
            )
