"""Rule that the files inside of a unit stay private."""

from collections.abc import Iterator

from shop.architecture.finding import Finding
from shop.architecture.source.names import Import, imports_of
from shop.architecture.source.source import Source, Sources
from shop.architecture.units import is_inside, share_unit, unit_of

RULE = "private_inside"


def check(sources: Sources) -> Iterator[Finding]:
    """Yield findings for imports across the border of a unit.

    An inside importing its own face is a finding as well.
    """
    for source in sources.files:
        for import_ in imports_of(source):
            yield from _check_import(
                source, import_, import_.target if import_.target in sources.by_module else import_.module
            )


def _check_import(source: Source, import_: Import, imported: str) -> Iterator[Finding]:
    unit = unit_of(imported)
    if is_inside(imported) and not share_unit(source.module, imported):
        what = f"{imported} is inside of the unit {unit}."
        yield source.finding(import_.line, RULE, what, f"Import from {unit} itself, the __init__ of the unit.")
    elif is_inside(source.module) and imported == unit_of(source.module):
        what = f"A file inside of {unit} imports the face of its own unit."
        yield source.finding(import_.line, RULE, what, "Import it from the file of the unit that defines it.")
