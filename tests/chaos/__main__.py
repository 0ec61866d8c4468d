"""Chaos campaign with many clients and faults: `python -m tests.chaos`.

Exits with 1 when a guarantee is violated.
"""

import sys
import tempfile
from pathlib import Path

import click

from tests.chaos.harness.campaign import run
from tests.chaos.harness.environment import start_environment
from tests.chaos.harness.fault_schedule import make_schedule


@click.command()
@click.option("--seed", default=1, show_default=True, help="Seed of the fault schedule.")
@click.option(
    "--minutes", default=1.0, show_default=True, type=click.FloatRange(0.1, 120), help="Duration of the campaign."
)
@click.option("--flush", is_flag=True, help="Also flush Redis now and then.")
@click.option("--keep", type=click.Path(path_type=Path), help="Folder for the client log and the output.")
def main(*, seed: int, minutes: float, flush: bool, keep: Path | None) -> None:
    """Inject faults and check the guarantees of the shop."""
    folder = keep or Path(tempfile.mkdtemp(prefix="shop-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    schedule = make_schedule(seed, minutes * 60, flush=flush)
    click.echo(f"seed {seed}, {minutes:g} minutes, {len(schedule)} faults; the logs are in {folder}\n")
    click.echo("\n".join(map(str, schedule)) + "\n")
    with start_environment(folder) as environment:
        report = run(environment, schedule, seed, lambda line: click.echo(line, err=True))
    click.echo("\n".join(report.lines()))
    sys.exit(not report.passed)


if __name__ == "__main__":
    main()
