"""Source files of a package, parsed once for all rules."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import TypeVar

from shop.architecture.finding import Finding
from shop.architecture.table import Structure, of_module

N = TypeVar("N", bound=ast.AST)


@dataclass(frozen=True, eq=False)
class Source:
    """File; `module` is its dotted name, `path` relative to the checkout.

    `source_of` makes one object for each content, so the facts that are cached for it are found by identity.
    """

    module: str
    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """Syntax tree; empty for invalid syntax, which closed_world reports."""
        return self._parsed[0]

    @property
    def problem(self) -> str | None:
        """Syntax error of the file, or None."""
        return self._parsed[1]

    @property
    def structure(self) -> Structure | None:
        """Row of the access table of this file, or None."""
        return of_module(self.module)

    @property
    def is_package(self) -> bool:
        """True for the `__init__` of a folder."""
        return self.path.endswith("/__init__.py")

    def nodes(self, *kinds: type[N]) -> Iterator[N]:
        """Yield every node of these kinds, in no particular order."""
        return (node for kind in kinds for node in self._by_kind.get(kind, ()))  # type: ignore[misc]  # sorted by kind

    def finding(self, where: ast.AST | int, rule: str, what: str, instead: str) -> Finding:
        """Build a finding at a node or a line."""
        line = where if isinstance(where, int) else getattr(where, "lineno", 1)
        return Finding(self.path, line, rule, what, instead)

    @cached_property
    def _parsed(self) -> tuple[ast.Module, str | None]:
        try:
            return ast.parse(self.text, self.path), None
        except (SyntaxError, ValueError) as error:
            return ast.Module([], []), str(error)

    @cached_property
    def _by_kind(self) -> dict[type[ast.AST], list[ast.AST]]:
        kinds: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        for node in ast.walk(self.tree):
            kinds[type(node)].append(node)
        return dict(kinds)


@dataclass(frozen=True)
class Sources:
    """All Python files below a package, importable or not.

    `others` are the paths of other files, and of linked folders with a slash at the end. `text_overrides` replaces
    texts of files outside the package.
    """

    root: Path
    files: tuple[Source, ...]
    others: tuple[str, ...] = ()
    text_overrides: Mapping[str, str] = field(default_factory=dict, hash=False)

    def in_folder(self, *folders: str) -> Iterator[Source]:
        """Yield the files of the structures in these folders."""
        return (source for source in self.files if source.structure and source.structure.folder in folders)

    @property
    def layers(self) -> Iterator[Source]:
        """Files of all structures."""
        return (source for source in self.files if source.structure)

    @cached_property
    def by_module(self) -> dict[str, Source]:
        """Files by dotted name."""
        return {source.module: source for source in self.files}

    def text(self, path: str) -> str:
        """Return the text of a file outside the package, such as setup.cfg."""
        return (
            self.text_overrides[path] if path in self.text_overrides else (self.root / path).read_text(encoding="utf-8")
        )

    def with_files(self, texts: Mapping[str, str | None]) -> "Sources":
        """Copy the sources with some files replaced, or removed (None).

        Unchanged files are not parsed again.
        """
        python = {path: text for path, text in texts.items() if path.startswith("shop/") and path.endswith(".py")}
        added = tuple(source_of(path, text) for path, text in python.items() if text is not None)
        beside = {path: text for path, text in texts.items() if path not in python and text is not None}
        return replace(
            self,
            files=tuple(source for source in self.files if source.path not in python) + added,
            others=self.others + tuple(path for path in beside if path.startswith("shop/")),
            text_overrides={**self.text_overrides, **beside},
        )


def read(root: Path, package: str = "shop") -> Sources:
    """Read the package below `root`."""
    paths = sorted(path for path in (root / package).rglob("*") if "__pycache__" not in path.parts)
    names = {path: path.relative_to(root).as_posix() for path in paths}
    python = [path for path in paths if path.suffix == ".py" and path.is_file()]
    texts = (source_of(names[path], path.read_text(encoding="utf-8", errors="surrogateescape")) for path in python)
    others = (names[path] for path in paths if path.suffix != ".py" and path.is_file())
    linked = (f"{names[path]}/" for path in paths if path.is_symlink() and path.is_dir())
    return Sources(root, tuple(texts), (*others, *linked))


@cache
def source_of(path: str, text: str) -> Source:
    """Build a source from a path relative to the checkout.

    Equal contents are one object, which is parsed once.
    """
    parts = PurePosixPath(path).with_suffix("").parts
    return Source(".".join(parts[:-1] if parts[-1] == "__init__" else parts), path, text)
