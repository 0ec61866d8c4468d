"""The list of all defects, area by area."""

from functools import cache
from importlib import import_module
from pathlib import Path

from tests.teeth import defects
from tests.teeth.defect import Defect

FOLDER = Path(defects.__file__ or "").parent


def areas() -> list[str]:
    """Return the names of all areas; each is a file with a table of defects."""
    return sorted(file.stem for file in FOLDER.glob("*.py") if file.stem != "__init__")


@cache
def all_defects() -> tuple[Defect, ...]:
    """Return the defects of all areas."""
    return tuple(
        planted._replace(area=area)
        for area in areas()
        for planted in import_module(f"{defects.__name__}.{area}").DEFECTS
    )
