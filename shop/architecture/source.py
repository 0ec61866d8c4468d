"""The source of a package, parsed once: what the rules that an import graph cannot express look at."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from shop.architecture.table import Structure, of_module


@dataclass(frozen=True)
class Source:
    """One file. `module` is its dotted name, `path` is relative to the checkout."""

    module: str
    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, self.path)

    @property
    def structure(self) -> Structure | None:
        """The row of the access table it belongs to."""
        return of_module(self.module)

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """Every node of these kinds, in no promised order."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


@dataclass(frozen=True)
class Sources:
    """Every Python file below a package, whether Python would import it or not."""

    root: Path
    files: tuple[Source, ...]

    def of(self, folder: str) -> Iterator[Source]:
        """The files of one structure's folder."""
        return (source for source in self.files if source.structure and source.structure.folder == folder)


def read(root: Path, package: str = "shop") -> Sources:
    """Read the package below `root`."""
    paths = sorted(path for path in (root / package).rglob("*.py") if "__pycache__" not in path.parts)
    return Sources(root, tuple(_read(root, path) for path in paths))


def _read(root: Path, path: Path) -> Source:
    relative = path.relative_to(root)
    parts = relative.with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Source(module, relative.as_posix(), path.read_text(encoding="utf-8"))
