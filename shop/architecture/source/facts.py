"""Source facts: files, functions, classes, collaborators and modules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from shop.architecture.source.declarations import (
    Code,
    Key,
    Route,
    read_codes,
    read_keys,
    read_prefix,
    read_routes,
    read_tables,
)
from shop.architecture.source.module_kinds import is_structure, kind_of
from shop.architecture.source.source import Source, Sources
from shop.architecture.units import noun_of


@dataclass(frozen=True)
class FunctionFact:
    """Function with its number of lines, without decorators."""

    name: str
    line: int
    lines: int


@dataclass(frozen=True)
class FileFact:
    """File; `sentence` is the first line of its docstring."""

    module: str
    path: str
    kind: str
    stem: str
    sentence: str
    lines: int
    functions: tuple[FunctionFact, ...]


@dataclass(frozen=True)
class CollaboratorFact:
    """Dataclass field without default: its name and full class name."""

    role: str
    wanted: str


@dataclass(frozen=True)
class ClassFact:
    """Class with its own collaborators and those of its bases."""

    name: str
    module: str
    path: str
    line: int
    kind: str
    stem: str
    sentence: str
    collaborators: tuple[CollaboratorFact, ...]


@dataclass(frozen=True)
class ModuleFact:
    """Slice of one noun: the files of a stem and their contents."""

    stem: str
    files: tuple[str, ...]
    classes: tuple[str, ...]
    routes: tuple[Route, ...]
    tables: tuple[str, ...]
    keys: tuple[Key, ...]
    codes: tuple[Code, ...]


def read_files(sources: Sources) -> tuple[FileFact, ...]:
    """Read every file, ordered by path."""
    return tuple(
        FileFact(
            source.module, source.path, kind_of(source.module), stem_of(source), sentence_of(source.tree),
            len(source.text.splitlines()), tuple(_functions(source)),
        )
        for source in sources.files
    )  # fmt: skip


def read_classes(sources: Sources) -> tuple[ClassFact, ...]:
    """Read every top-level class with its collaborators."""
    places = {f"{source.module}.{node.name}": (source, node) for source in sources.files for node in _classes(source)}
    return tuple(
        ClassFact(
            node.name, source.module, source.path, node.lineno, kind_of(source.module), stem_of(source),
            sentence_of(node), tuple(CollaboratorFact(*field) for field in _fields(name, places).items()),
        )
        for name, (source, node) in places.items()
    )  # fmt: skip


def read_modules(sources: Sources, classes: tuple[ClassFact, ...]) -> tuple[ModuleFact, ...]:
    """Read every noun, ordered by stem."""
    prefix = read_prefix(sources)
    slices: dict[str, list[Source]] = {}
    for source in sources.files:
        if is_structure(kind_of(source.module)):
            slices.setdefault(stem_of(source), []).append(source)
    return tuple(_module(stem, slices[stem], classes, prefix) for stem in sorted(slices))


def stem_of(source: Source) -> str:
    """Return the noun of a file: the name of its unit.

    Empty for the `__init__` of any other folder.
    """
    beside = not is_structure(kind_of(source.module))
    return "" if source.is_package and beside else noun_of(source.module)


def sentence_of(node: ast.Module | ast.ClassDef | ast.FunctionDef) -> str:
    """Return the first line of a docstring."""
    return (ast.get_docstring(node) or "").partition("\n")[0]


def _module(stem: str, files: list[Source], classes: tuple[ClassFact, ...], prefix: str) -> ModuleFact:
    names = {source.module for source in files}
    return ModuleFact(
        stem,
        tuple(source.path for source in files),
        tuple(found.name for found in classes if found.module in names),
        tuple(found for source in files for found in read_routes(source, prefix)),
        tuple(found for source in files for found in read_tables(source)),
        tuple(found for source in files for found in read_keys(source)),
        tuple(found for source in files for found in read_codes(source)),
    )


def _functions(source: Source) -> Iterator[FunctionFact]:
    functions: tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...] = (
        *source.nodes(ast.FunctionDef),
        *source.nodes(ast.AsyncFunctionDef),
    )
    for node in functions:
        yield FunctionFact(node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1)


def _classes(source: Source) -> Iterator[ast.ClassDef]:
    return (node for node in source.tree.body if isinstance(node, ast.ClassDef))


def _fields(name: str, places: dict[str, tuple[Source, ast.ClassDef]]) -> dict[str, str]:
    """Map roles to full class names, those of the bases first."""
    if name not in places:
        return {}
    source, node = places[name]
    if not any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list):
        return {}
    imported = _imported(source)
    fields: dict[str, str] = {}
    for base in node.bases:
        fields |= _fields(_full(source, imported, ast.unparse(base).partition("[")[0]), places)
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and line.value is None and isinstance(line.target, ast.Name):
            fields[line.target.id] = _full(source, imported, ast.unparse(line.annotation))
    return {role: wanted for role, wanted in fields.items() if wanted in places}


def _full(source: Source, imported: dict[str, str], name: str) -> str:
    return imported.get(name, f"{source.module}.{name}")


@cache
def _imported(source: Source) -> dict[str, str]:
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in source.nodes(ast.ImportFrom)
        for alias in node.names
    }
