"""Limits of coverage."""

from collections.abc import Iterable, Iterator, Sequence

from tests.coverage.exclusions import Exclusion
from tests.coverage.figures import Figures

# Packages in which every statement and branch runs in a test, or has a reason why not.
FULL = ("shop/services/", "shop/checkers/", "shop/core/")
_PLACES_SHOWN = 10


def find_violations(files: Iterable[Figures], exclusions: Iterable[Exclusion]) -> Iterator[str]:
    """Yield a sentence for each file below its limit and each exclusion without a reason."""
    for file in files:
        if file.name.startswith(FULL) and not file.is_full:
            yield f"{file.name} has lines or branches that no test runs: {_list_places(file.missing)}."
    for exclusion in exclusions:
        if not exclusion.is_explained:
            yield f"{exclusion.path}:{exclusion.line} is excluded without a reason."


def _list_places(places: Sequence[str]) -> str:
    rest = len(places) - _PLACES_SHOWN
    return ", ".join(places[:_PLACES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
