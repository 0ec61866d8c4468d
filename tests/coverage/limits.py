"""Limits of coverage."""

from collections.abc import Iterable, Iterator

from tests.coverage.exclusions import Exclusion
from tests.coverage.figures import Figures

# Packages in which every statement and branch runs in a test, or has a reason why not.
FULL = ("shop/services/", "shop/checkers/", "shop/core/")


def find_violations(files: Iterable[Figures], exclusions: Iterable[Exclusion]) -> Iterator[str]:
    """Yield a sentence for each file below its limit and each exclusion without a reason."""
    for file in files:
        if file.name.startswith(FULL) and not file.is_full:
            yield f"{file.name} has lines or branches that no test runs: {', '.join(file.missing)}."
    for exclusion in exclusions:
        if not exclusion.is_explained:
            yield f"{exclusion.path}:{exclusion.line} is excluded without a reason."
