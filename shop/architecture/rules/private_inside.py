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
        for found in imports_of(source):
            yield from _judge(source, found, found.target if found.target in sources.by_module else found.module)


def _judge(source: Source, found: Import, imported: str) -> Iterator[Finding]:
    unit = unit_of(imported)
    if is_inside(imported) and not share_unit(source.module, imported):
        what = f"{imported} is inside of the unit {unit}."
        yield source.finding(found.line, RULE, what, f"Import what {unit} offers itself, in its __init__.")
    elif is_inside(source.module) and imported == unit_of(source.module):
        what = f"A file inside of {unit} imports the face of its own unit."
        yield source.finding(found.line, RULE, what, "Import it from the file of the unit that defines it.")
