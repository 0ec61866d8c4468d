"""Commands on the data: migrations, first data, checks, repairs, purges and logs."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO, TypeVar
from uuid import UUID

import click

from shop.constants.job import JobName
from shop.constants.stock import Cause
from shop.container import Container
from shop.core.database.engine import Database
from shop.core.database.errors import DatabaseError, describe_database_error, is_unreachable
from shop.core.database.model import DEFAULT_TENANT
from shop.core.logging.entry import as_json, as_text
from shop.core.operations.store_check import StoreCheck
from shop.core.operations.terminal import confirm, print_status, show_progress, yes_option
from shop.core.redis.stores import RedisError, is_away
from shop.core.settings.settings import Settings
from shop.core.validation.fields import ID_MAX
from shop.migrations import runner
from shop.worker import find_jobs

PROBLEMS_SHOWN = 10
STORE_PAUSE_SECONDS = 1.0
ID = click.IntRange(1, ID_MAX)
FindJob = Callable[[JobName], Any]
LoadContainer = Callable[[], Container]
R = TypeVar("R")
_log = logging.getLogger(__name__)


def maintenance_commands(load_container: LoadContainer, find_job: FindJob) -> list[click.Command]:
    """Return the commands; the functions load the settings of a command."""
    for command in (migrate, doctor):
        command.context_settings = {"obj": load_container}
    for command in (seed, verify, sync, purge, dead_letters, logs):
        command.context_settings = {"obj": find_job}
    return [migrate, seed, verify, sync, purge, doctor, dead_letters, logs]


def wait_for_stores(work: Callable[[], R]) -> R:
    """Run `work` again until its stores take connections; return its result.

    The work must be safe to repeat. Other errors than a store that is down are raised.
    """
    while True:
        try:
            return work()
        except (RedisError, DatabaseError) as error:
            if isinstance(error, DatabaseError):
                store, is_down, reason = "the database", is_unreachable(error), describe_database_error(error)
            else:
                store, is_down, reason = "Redis", is_away(error), str(error)
            if not is_down:
                raise
            _log.warning("The command is waiting for %s: %s", store, reason)
            time.sleep(STORE_PAUSE_SECONDS)


@click.command()
@click.pass_obj
def migrate(load_container: LoadContainer) -> None:
    """Upgrade the database schema; a newer one stays."""
    container = load_container()
    settings = container.get(Settings)
    if not settings.database_url:
        settings.folder.mkdir(parents=True, exist_ok=True)
    engine = container.get(Database).migration_engine()
    with show_progress("Migrating", runner.count_pending(engine)) as on_steps:
        version = runner.upgrade(engine, on_steps=on_steps)
    click.echo(f"The schema is at {version}.")


@click.command()
@click.pass_obj
def seed(find_job: FindJob) -> None:
    """Create the first administrator and, outside production, demo data.

    Waits for a store that is down.
    """
    for account in wait_for_stores(find_job(JobName.SEED).run):
        click.echo(account)


@click.command()
@click.option("--acknowledged", type=click.File(), help="File of order ids that clients received, one per line.")
@click.pass_obj
def verify(find_job: FindJob, acknowledged: TextIO | None) -> None:
    """Check the purchase invariants; exit code 1 when one is violated."""
    order_ids = _read_ids(acknowledged) if acknowledged else set()
    with show_progress("Checking items") as on_steps:
        verdicts = find_job(JobName.VERIFY).run(order_ids, on_steps)
    for verdict in verdicts:
        click.echo(f"{'broken' if verdict.problems else 'holds ':<7} {verdict.number:>2}  {verdict.sentence}")
        click.echo("".join(f"            {problem}\n" for problem in verdict.problems[:PROBLEMS_SHOWN]), nl=False)
    sys.exit(any(verdict.problems for verdict in verdicts))


def _read_ids(file: TextIO) -> set[UUID]:
    order_ids, number = set(), 0
    try:
        for number, line in enumerate(file, 1):  # noqa: B007 - the number of the last line that was read
            if line.strip():
                order_ids.add(UUID(line.strip()))
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{file.name} is not UTF-8 text.", param_hint="--acknowledged") from error
    except ValueError as error:
        message = f"Line {number} of {file.name} is no order id: {line.strip()[:80]!r}."
        raise click.BadParameter(message, param_hint="--acknowledged") from error
    return order_ids


@click.command()
@click.argument("item", type=ID, required=False)
@click.option("--tenant", type=ID, default=DEFAULT_TENANT, show_default=True, help="Tenant id of ITEM.")
@click.pass_obj
def sync(find_job: FindJob, item: int | None, tenant: int) -> None:
    """Repair differences between the stores; with ITEM, reload that item."""
    job = find_job(JobName.SYNC_STOCK)
    if item:
        done = job.run(tenant, item, Cause.REQUESTED)
    else:
        with show_progress("Comparing batches of items") as on_steps:
            done = job.reconcile_all(on_steps)
    if item and not done:
        raise click.ClickException(f"Tenant {tenant} has no item {item}.")
    click.echo("\n".join(done) or "Both stores agree.")


@click.command()
@click.pass_obj
def purge(find_job: FindJob) -> None:
    """Delete expired idempotency records; also done every hour by the schedule."""
    with show_progress("Deleting expired records") as on_steps:
        count = find_job(JobName.PURGE).run(on_steps)
    click.echo(f"{count} records deleted.")


@click.command()
@click.pass_obj
def doctor(load_container: LoadContainer) -> None:
    """Check the configuration of the stores.

    Exit code 1 when a setting could lose or duplicate orders.
    """
    container = load_container()
    findings = list(container.get(StoreCheck).run(runner.latest_version()))
    click.echo("\n".join(f"{'ok' if finding.ok else 'FAIL':<5}{finding.sentence}" for finding in findings))
    # These need no change, so the exit code ignores them.
    for sentence in find_jobs(container)[JobName.ACCOUNTS].run():
        click.echo(f"note {sentence}")
    sys.exit(not all(finding.ok for finding in findings))


@click.command("dead-letters")
@click.option("--replay", metavar="NAME", help="Replay one.")
@click.option("--discard", metavar="NAME", help="Discard one; an order is rejected and its pieces are released.")
@yes_option
@click.pass_obj
def dead_letters(find_job: FindJob, replay: str | None, discard: str | None, *, yes: bool) -> None:
    """List dead letters: orders that cannot be written, and failed jobs."""
    job = find_job(JobName.DEAD_LETTERS)
    if discard:
        confirm(f"The order of {discard} is rejected for good, or the job is forgotten. Discard it?", skip=yes)
    for name, act in ((replay, job.replay), (discard, job.discard)):
        if name and not act(name):
            raise click.ClickException(f"There is no dead letter {name} that can be replayed or discarded.")
    lines = job.run()
    for line in lines:
        click.echo(f"{line.name}  {line.description}\n    {line.reason}")
    if not lines:
        # To stderr, so that the output of scripts stays a list of letters.
        print_status("There are no dead letters.")


@click.command()
@click.option("--request", "request_id", required=True, metavar="ID", help="Value of `X-Request-ID`.")
@click.option("--json", "whole", is_flag=True, help="One JSON object per line, with all fields.")
@click.pass_obj
def logs(find_job: FindJob, request_id: str, whole: bool) -> None:  # noqa: FBT001 - click's way
    """Print all log records of a request and its jobs."""
    entries = find_job(JobName.LOGS).run(request_id)
    for entry in entries:
        click.echo(as_json(entry).decode() if whole else as_text(entry))
    if not entries:
        print_status("The log has no record of that request.")
