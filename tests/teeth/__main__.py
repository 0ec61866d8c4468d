"""Command of `make teeth`: try every defect of the list, and print what was noticed."""

import sys
from pathlib import Path

import click

from tests.teeth.checkout import ROOT
from tests.teeth.defect_list import all_defects
from tests.teeth.report import is_sufficient, summary_lines, write_page
from tests.teeth.results import Result, Results
from tests.teeth.trial import try_all

RESULTS = ROOT / "var" / "teeth.json"


@click.command()
@click.option("--fresh", is_flag=True, help="Forget the results of earlier runs.")
@click.option("--only", default="", help="Name of a defect or of an area.")
@click.option("--write", is_flag=True, help="Write the results to the documentation.")
@click.option("--jobs", default=2, show_default=True, help="Trials at a time.")
@click.option("--results", default=RESULTS, type=click.Path(path_type=Path), help="File of the results.")
def main(*, fresh: bool, only: str, write: bool, jobs: int, results: Path) -> None:
    """Plant each defect in a copy of the checkout; exit with 1 when too few are noticed."""
    defects = [planted for planted in all_defects() if only in ("", planted.name, planted.area)]
    if not defects:
        raise click.ClickException(f"No defect or area is called {only}.")
    stored = Results.load(results)
    if fresh:
        stored.green_digests.clear()
    if fresh or only:
        stored.drop(planted.name for planted in defects)
    found = try_all(defects, stored, jobs, _print_result)
    rows = list(zip(defects, found, strict=True))
    click.echo("\n".join(["", *summary_lines(rows)]))
    if write:
        write_page(rows)
    sys.exit(not is_sufficient(found))


def _print_result(result: Result) -> None:
    click.echo(f"{result.status:<12} {result.seconds:5.1f} s  {result.name}: {result.detail.strip()}")


if __name__ == "__main__":
    main()
