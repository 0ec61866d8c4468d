"""Mutation tests: `python -m tests.mutants trace`, then `run`, then `report`."""

import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random

import click
import pytest

from tests.mutants.campaign import Campaign, Status, load_results
from tests.mutants.mutants import Mutant, SourceFile
from tests.mutants.report import find_reason, write_page
from tests.mutants.scope import AREAS, NOT_USED, ROOT, TESTS, all_files, files_of
from tests.mutants.session import SessionPlugin, TestSession, trace_tests
from tests.mutants.tracing import Coverage

FOLDER = ROOT / "var" / "mutants"
RESULTS = FOLDER / "results.jsonl"
# Always collected: between two runs of a test the shared fixtures of its folder end, which needs a test elsewhere.
OTHER_FOLDER = "tests/units/test_bounds.py"


@click.group()
def main() -> None:
    """Change one thing in one function, and see which test fails."""
    FOLDER.mkdir(parents=True, exist_ok=True)


@main.command()
@click.argument("tests", nargs=-1)
def trace(tests: tuple[str, ...]) -> None:
    """Record the lines that each test runs, for the tests without a record."""
    sys.exit(_run_pytest(tests or TESTS, lambda session: trace_tests(session, all_files(), find_trace())))


@main.command()
@click.option("--module", default="shop", show_default=True, help="Name of a module or package to mutate.")
@click.option("--area", type=click.Choice(list(AREAS)), help="Area to mutate; all without it.")
@click.option("--sample", default=0, help="Mutants per file, chosen at random; 0 for all.")
@click.option("--seed", default=1, show_default=True, help="Seed of the choice.")
@click.option("--patience", default=2.0, show_default=True, help="Seconds of tests that a surviving mutant may take.")
@click.option(
    "--again",
    multiple=True,
    type=click.Choice([status.value for status in Status]),
    help="Verdict to be asked for again.",
)
@click.option("--dry-run", is_flag=True, help="Only count the mutants.")
def run(
    *, module: str, area: str | None, sample: int, seed: int, patience: float, again: tuple[str, ...], dry_run: bool
) -> None:
    """Run the mutants without a result."""
    coverage = Coverage.load(find_trace())
    # A survivor with an explanation is not asked for again.
    open_status = {*again, Status.NOT_COVERED}
    results = list(load_results(RESULTS))
    done = {result["name"] for result in results if result["status"] not in open_status or find_reason(result)}
    chosen = choose(module, area, sample, seed)
    left = [(source, mutant) for source, mutant in chosen if mutant.name not in done]
    click.echo(f"{len(chosen)} mutants, {len(left)} without a result")
    tests = {test for _, mutant in left for test in coverage.tests_of(mutant.file, mutant.lines)}
    if not dry_run and left:
        modules = sorted({test.partition("::")[0] for test in tests} | {OTHER_FOLDER})
        sys.exit(_run_pytest(tuple(modules), lambda session: Campaign(session, coverage, RESULTS, patience).run(left)))


@main.command()
def report() -> None:
    """Write scores and survivors into docs/audit/mutation.md; exit with 1 when one has no explanation."""
    unexplained = write_page(load_results(RESULTS))
    click.echo("\n".join([f"{len(unexplained)} survivors without an explanation", *unexplained]))
    sys.exit(bool(unexplained))


def find_trace() -> Path:
    """Return the file of the trace; each state of the mutated files has its own."""
    text = "".join((ROOT / file).read_text() for file in all_files())
    return FOLDER / f"trace-{sha256(text.encode()).hexdigest()[:12]}.jsonl"


def choose(module: str, area: str | None, sample: int, seed: int) -> list[tuple[SourceFile, Mutant]]:
    """Return the mutants of a module or package, or a sample of each file."""
    chosen: list[tuple[SourceFile, Mutant]] = []
    for file in files_of(area) if area else all_files():
        source = SourceFile(ROOT, file)
        if f"{source.module}.".startswith(f"{module}."):
            mutants = list(source.mutants())
            picked = Random(f"{seed} {file}").sample(mutants, min(sample, len(mutants))) if sample else mutants
            chosen.extend((source, mutant) for mutant in picked)
    return chosen


def _run_pytest(tests: tuple[str, ...], work: Callable[[TestSession], None]) -> int:
    ignored = [f"--ignore={test}" for test in NOT_USED]
    options = ["-p", "no:cacheprovider", "-n0", "--tb=no", "--no-header", *ignored]
    code = pytest.main([*options, *tests], plugins=[SessionPlugin(work)])
    # A test that fails without a mutant is not used; it is the work of `make test`.
    return 0 if code == pytest.ExitCode.TESTS_FAILED else int(code)


if __name__ == "__main__":
    main()
