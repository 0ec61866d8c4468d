"""`python -m tests.fuzz`: every operation, each kind of caller, several seeds. Ends with 1 when something is wrong."""

import sys
import tempfile
from itertools import count
from pathlib import Path

import click

from tests.fuzz.campaign import CALLERS, CHEAP, run, searched
from tests.http.support.shop import start_shop
from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

SEEDS_MIN = 3
EXAMPLES_MIN, CASES_PER_EXAMPLE = 5, 200


@click.command()
@click.option("--seed", default=1, show_default=True, help="The first of at least three seeds.")
@click.option("--cases", default=5000, show_default=True, type=click.IntRange(1), help="How many requests at least.")
def main(*, seed: int, cases: int) -> None:
    """Ask everything that the OpenAPI document allows, and everything that it does not."""
    valkey, mariadb = Valkey.create(fsync="everysec"), MariaDB.create()
    folder = Path(tempfile.mkdtemp(prefix="shop-fuzz-"))
    try:
        with start_shop(
            folder, create_database(mariadb.url(), "fuzz"), valkey.url, **CHEAP, **searched(folder)
        ) as shop:
            total, holds = 0, True
            for number in count(seed):
                if number >= seed + SEEDS_MIN and total >= cases:
                    break
                for caller in CALLERS:
                    examples = max(EXAMPLES_MIN, cases // CASES_PER_EXAMPLE)
                    outcome = run(shop, seed=number, examples=examples, caller=caller)
                    wrong = list(outcome.wrong())
                    total, holds = total + outcome.cases, holds and not wrong
                    click.echo(
                        f"seed {number}, as {caller or 'several users'}: {outcome.cases} cases, {wrong or 'well'}"
                    )
                    click.echo(outcome.output if wrong else "", nl=bool(wrong))
            shop.verify()
    finally:
        valkey.destroy()
        mariadb.destroy()
    click.echo(f"{total} cases: {'nothing is wrong' if holds else 'NOT WELL'}")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
