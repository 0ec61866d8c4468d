"""Tables of docs/audit/coverage.md."""

from collections.abc import Iterable
from pathlib import Path

from tests.coverage.exclusions import Exclusion
from tests.coverage.figures import Figures, sum_packages, sum_up

BEGIN, END = "<!-- figures: written by `make coverage WRITE=1` -->", "<!-- end of figures -->"


def render_tables(files: Iterable[Figures], exclusions: Iterable[Exclusion]) -> str:
    """Return the table of packages and the table of exclusions as Markdown."""
    packages = sum_packages(files)
    rows = [*packages, sum_up("all", packages)]
    figures = ["| package | statements | branches | ran |", "|---|---:|---:|---:|", *map(_render_row, rows)]
    reasons = ["| file | code | reason |", "|---|---|---|", *map(_render_exclusion, exclusions)]
    return "\n".join([*figures, "", *reasons])


def _render_row(figures: Figures) -> str:
    # Rounded down: 100 % means that nothing is missing.
    percent = int(figures.percent * 10) / 10
    return f"| `{figures.name}` | {figures.statements} | {figures.branches} | {percent:g} % |"


def _render_exclusion(exclusion: Exclusion) -> str:
    code = exclusion.code.replace("|", "\\|")
    return f"| `{exclusion.path}` | `{code}` | {exclusion.reason} |"


def write_tables(page: Path, tables: str) -> None:
    """Replace the tables of the page. Raises ValueError when the page has no place for them."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} has no place for the figures.")
    page.write_text(f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}")
