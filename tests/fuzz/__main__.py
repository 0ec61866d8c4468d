"""Fuzz campaign over all operations and callers: `python -m tests.fuzz`.

Exits with 1 when a check fails.
"""

import sys
import tempfile
from itertools import count
from pathlib import Path

import click

from tests.fuzz.campaign import CALLERS, create_fuzz_database, log_search_settings, run
from tests.http.support.shop import start_shop
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

SEEDS_MIN = 3
EXAMPLES_MIN, CASES_PER_EXAMPLE = 5, 200


@click.command()
@click.option("--seed", default=1, show_default=True, help="First of at least three seeds.")
@click.option("--cases", default=5000, show_default=True, type=click.IntRange(1), help="Minimum number of requests.")
def main(*, seed: int, cases: int) -> None:
    """Send valid and invalid requests to every operation of the OpenAPI document."""
    valkey, mariadb = Valkey.create(fsync="everysec"), MariaDB.create()
    folder = Path(tempfile.mkdtemp(prefix="shop-fuzz-"))
    try:
        database_url = create_fuzz_database(mariadb.url(), "fuzz")
        with start_shop(folder, database_url, valkey.url, **log_search_settings(folder)) as shop:
            total, passed = 0, True
            for number in count(seed):
                if number >= seed + SEEDS_MIN and total >= cases:
                    break
                for caller in CALLERS:
                    examples = max(EXAMPLES_MIN, cases // CASES_PER_EXAMPLE)
                    outcome = run(shop, seed=number, examples=examples, caller=caller)
                    failures = list(outcome.failures())
                    total, passed = total + outcome.cases, passed and not failures
                    result = failures or "no failures"
                    click.echo(f"seed {number}, as {caller or 'several users'}: {outcome.cases} cases, {result}")
                    click.echo(outcome.output if failures else "", nl=bool(failures))
            shop.verify()
    finally:
        valkey.destroy()
        mariadb.destroy()
    click.echo(f"{total} cases: {'no failures' if passed else 'FAILED'}")
    sys.exit(not passed)


if __name__ == "__main__":
    main()
