"""`python -m tests.chaos`: many faults, many clients, one verdict. Ends with 1 when a promise was broken."""

import sys
import tempfile
from pathlib import Path

import click

from tests.chaos.harness.campaign import run
from tests.chaos.harness.environment import start_environment
from tests.chaos.harness.fault_schedule import make_schedule


@click.command()
@click.option("--seed", default=1, show_default=True, help="What the schedule of faults is made from.")
@click.option("--minutes", default=1.0, show_default=True, type=click.FloatRange(0.1, 120), help="How long.")
@click.option("--flush", is_flag=True, help="Let Redis forget everything now and then, too.")
@click.option("--keep", type=click.Path(path_type=Path), help="A folder for the clients' log and the output.")
def main(*, seed: int, minutes: float, flush: bool, keep: Path | None) -> None:
    """Break things on purpose, and see what the shop's promises are worth."""
    folder = keep or Path(tempfile.mkdtemp(prefix="shop-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    schedule = make_schedule(seed, minutes * 60, flush=flush)
    click.echo(f"seed {seed}, {minutes:g} minutes, {len(schedule)} faults; the logs are in {folder}\n")
    click.echo("\n".join(map(str, schedule)) + "\n")
    with start_environment(folder) as city:
        report = run(city, schedule, seed, lambda line: click.echo(line, err=True))
    click.echo("\n".join(report.lines()))
    sys.exit(not report.passed)


if __name__ == "__main__":
    main()
