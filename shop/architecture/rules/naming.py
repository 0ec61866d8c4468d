"""Rule for names: one noun, one stem, one class name per layer."""

import ast
import re
from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.classes import Class, classes_by_unit, classes_of
from shop.architecture.source.names import dotted
from shop.architecture.source.source import Source, Sources
from shop.architecture.table import STRUCTURES
from shop.architecture.units import is_inside, noun_of, unit_of

RULE = "naming"
_STEM = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_SINGULAR = ("ss", "us", "is", "news")
SUFFIXES = sorted({structure.suffix for structure in STRUCTURES if structure.suffix}, key=len, reverse=True)
# Bases of the value classes that may stand in any layer.
VALUES = {"NamedTuple", "StrEnum", "IntEnum", "Enum", "IntFlag", "TypedDict", "Protocol", "Exception"}


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for misnamed files and classes."""
    units = classes_by_unit(sources)
    for source in sources.layers:
        yield from _check_file(source)
        yield from _check_classes(source, units[unit_of(source.module)])
        yield from _inner_classes(source) if is_inside(source.module) else _check_noun(source)


def camel(stem: str) -> str:
    """Convert a stem to a class name: `stock_ledger` becomes StockLedger."""
    return "".join(part.capitalize() for part in stem.split("_"))


def stem_of(source: Source) -> str:
    """Return the noun of a file: the name of its unit."""
    return noun_of(source.module)


def _check_file(source: Source) -> Iterator[Finding]:
    stem = source.module.rpartition(".")[2]
    if not _STEM.fullmatch(stem):
        yield source.finding(
            1, RULE, f"{stem} is no valid file name of a layer.", "Use lower case words: stock_ledger.py."
        )
    elif not is_inside(source.module) and stem.endswith("s") and not stem.endswith(_SINGULAR):
        yield source.finding(
            1, RULE, f"{stem} is a plural.", "Folders are plural, files are singular: one noun per file."
        )


def _check_classes(source: Source, classes: tuple[Class, ...]) -> Iterator[Finding]:
    """Check the classes of a file; `classes` are all of its unit."""
    suffix = _suffix(source)
    for cls in classes_of(source):
        suffix_found = next((candidate for candidate in SUFFIXES if cls.short.endswith(candidate)), "")
        if suffix_found and suffix_found != suffix:
            what = f"{cls.short} is called a {suffix_found} and stands in {source.module}."
            yield source.finding(cls.node, RULE, what, f"Move it to the {suffix_found}s, or rename it.")
        elif suffix and not suffix_found and not _is_value_or_base(cls, classes):
            what = f"{cls.short} has no suffix {suffix}."
            yield source.finding(cls.node, RULE, what, f"Name it <Noun>{suffix}; a value is a NamedTuple or an Enum.")


def _inner_classes(source: Source) -> Iterator[Finding]:
    """Yield findings for classes of the structure inside of a unit.

    They belong into the face, where other units and the container find them.
    """
    suffix = _suffix(source)
    for cls in classes_of(source):
        if suffix and cls.short.endswith(suffix):
            what = f"{cls.short} stands inside of the unit {unit_of(source.module)}."
            yield source.finding(cls.node, RULE, what, "Define it in the __init__ of the unit.")


def _check_noun(source: Source) -> Iterator[Finding]:
    names, suffix = [cls.short for cls in classes_of(source)], _suffix(source)
    noun = camel(stem_of(source))
    if suffix and not any(noun in name and name.endswith(suffix) for name in names):
        what = f"No class of this file is a {suffix} of {noun}."
        yield source.finding(
            1, RULE, what, f"Use one stem in every layer: {noun}{suffix}, or move the class to its own noun."
        )


def _suffix(source: Source) -> str:
    return source.structure.suffix if source.structure else ""


def _is_value_or_base(cls: Class, classes: tuple[Class, ...]) -> bool:
    """Return True for a value, or a base of the file's classes."""
    bases = {dotted(cls.source, base).rpartition(".")[2] for base in cls.node.bases}
    is_base = any(cls.name in other.bases for other in classes)
    local = {base for other in classes for base in other.bases if other.short == cls.short}
    return bool(bases & VALUES) or is_base or any(_is_value(other, classes) for other in classes if other.name in local)


def _is_value(cls: Class, classes: tuple[Class, ...]) -> bool:
    return _is_value_or_base(cls, tuple(other for other in classes if other is not cls))


def methods_of(cls: Class) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Return the public methods of a class."""
    return ((name, method) for name, method in cls.methods.items() if not name.startswith("_"))
