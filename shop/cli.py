"""`flask shop ...`: everything an operator does."""

import sys
from typing import Any
from uuid import UUID

import click
from flask.cli import AppGroup

from shop import worker as background
from shop.administration import administration
from shop.architecture.commands import arch_commands
from shop.constants.job import JobName
from shop.constants.stock import Cause
from shop.container import Container, find_resolver
from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database, OperationalError
from shop.core.database.model import DEFAULT_TENANT
from shop.core.errors import ShopError
from shop.core.logging.setup import load_settings
from shop.core.metrics.metrics import Metrics
from shop.core.operations.embedded_redis import embedded_valkey
from shop.core.operations.store_check import Doctor
from shop.core.operations.supervisor import Child, Family, answers
from shop.core.operations.web_server import claim, serve
from shop.core.redis.stores import RedisError
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from shop.migrations import runner

PROBLEMS_SHOWN = 10
GREETING = """
Sign in, buy, read the order (Ctrl-C here stops everything):

  TOKEN=$(curl -s {api}/auth/login -H 'Content-Type: application/json' -d '{{"email": "{email}", "password": "{password}"}}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  ORDER=$(curl -s {api}/items/1/purchase -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Prefer: wait=2' -d '{{"quantity": 1}}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
  curl -s {api}/orders/$ORDER -H "Authorization: Bearer $TOKEN"
"""  # noqa: E501 - three lines to paste


class Shop(AppGroup):
    """Commands that end in a sentence instead of a trace when a wish is refused or Redis does not answer."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (SettingsError, ShopError, RedisError, OperationalError) as error:
            away = {SettingsError: "", ShopError: "", OperationalError: "The database does not answer: "}
            raise click.ClickException(f"{away.get(type(error), 'Redis does not answer: ')}{error}") from error


shop = Shop("shop", help="Run and look after the shop.")


def _job(name: JobName) -> Any:
    # Any: each job has methods of its own.
    return background.jobs_of(Container(_settings()))[name]


def _greet(settings: Settings, accounts: list[Any]) -> None:
    address = f"http://{settings.bind}"
    click.echo(f"\nshop answers at {address}  (API page: {address}/docs)\n")
    click.echo("\n".join(f"  {account}" for account in accounts))
    email, password = accounts[-1][:2] if accounts else ("you@example.com", "Your-password-1")
    click.echo(GREETING.format(api=f"{address}/api/v1", email=email, password=password))


def _settings() -> Settings:
    return load_settings(str(click.get_current_context().info_name))


@shop.command(with_appcontext=False)
def web() -> None:
    """Serve HTTP."""
    settings = _settings()
    # Here too: a web process that cannot start would be started again and again.
    container = Container(settings)
    container.get(Tokens).check()
    container.get(Doctor).refuse_unsafe()
    find_resolver(settings)
    container.get(Metrics).clean()
    serve(settings)


@shop.command(with_appcontext=False)
def worker() -> None:
    """Do jobs."""
    background.work(_settings())


@shop.command(with_appcontext=False)
def scheduler() -> None:
    """Ask for the scheduled jobs."""
    background.schedule(_settings())


@shop.command(with_appcontext=False)
def migrate() -> None:
    """Bring the database schema up to date."""
    runner.upgrade(Container(_settings()).get(Database).patient_engine())
    click.echo(f"The schema is at {runner.latest_version()}.")


@shop.command(with_appcontext=False)
def seed() -> None:
    """Make the first administrator and, outside production, a buyer, demo items and a second tenant."""
    for account in _job(JobName.SEED).run():
        click.echo(account)


@shop.command(with_appcontext=False)
@click.option("--acknowledged", type=click.File(), help="Order ids that clients were promised, one a line.")
def verify(acknowledged: Any) -> None:
    """Check the invariants of the purchase; exit code 1 when one does not hold."""
    verdicts = _job(JobName.VERIFY).run({UUID(line.strip()) for line in acknowledged or () if line.strip()})
    for verdict in verdicts:
        click.echo(f"{'broken' if verdict.problems else 'holds ':<7} {verdict.number:>2}  {verdict.sentence}")
        click.echo("".join(f"            {problem}\n" for problem in verdict.problems[:PROBLEMS_SHOWN]), nl=False)
    sys.exit(any(verdict.problems for verdict in verdicts))


@shop.command(with_appcontext=False)
@click.argument("item", type=int, required=False)
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="Whose item it is.")
def sync(item: int | None, tenant: int) -> None:
    """Find and repair what the stores disagree about; with ITEM: load that one anew, whatever it says."""
    job = _job(JobName.SYNC_STOCK)
    done = job.run(tenant, item, Cause.ASKED) if item else job.run_all()
    if item and not done:
        raise click.ClickException(f"Tenant {tenant} has no item {item}.")
    click.echo("\n".join(done) or "Both stores agree.")


@shop.command(with_appcontext=False)
def purge() -> None:
    """Forget the answers whose keys have ended; the schedule does it every hour."""
    click.echo(f"{_job(JobName.PURGE).run()} records forgotten.")


@shop.command(with_appcontext=False)
def doctor() -> None:
    """Look at how the stores are set; exit code 1 when something would lose or double orders."""
    findings = list(Container(_settings()).get(Doctor).examine(runner.latest_version()))
    click.echo("\n".join(f"{'well' if finding.well else 'ILL ':<5}{finding.sentence}" for finding in findings))
    sys.exit(not all(finding.well for finding in findings))


def _open_sales(jobs: dict[str, Any]) -> None:
    # Here and now: the worker would open them a moment after the web server says it is ready.
    for tenant_id, item_id in jobs[JobName.PRELOAD_STOCK].find_unloaded():
        jobs[JobName.LOAD_STOCK].run(tenant_id=tenant_id, item_id=item_id)


@shop.command(with_appcontext=False)
def up() -> None:
    """Run everything: migrations, demo data, web, worker and scheduler, on embedded defaults where none are given."""
    settings = _settings()
    settings.folder.mkdir(parents=True, exist_ok=True)
    claim(settings)
    with embedded_valkey(settings):
        container = Container(settings)
        container.get(Tokens).check()
        container.get(Metrics).clean()
        runner.upgrade(container.get(Database).patient_engine())
        jobs = background.jobs_of(container)
        accounts = jobs[JobName.SEED].run()
        _open_sales(jobs)
        container.get(Database).engine.dispose()
        web = Child("web", more_seconds=settings.drain_seconds + settings.web_stop_seconds)
        family = Family([web, Child("scheduler"), Child("worker")])
        family.run(ready=lambda: answers(settings.bind), announce=lambda: _greet(settings, accounts))


@shop.command(with_appcontext=False)
def wiring() -> None:
    """Say which class was given which collaborators."""
    for name, collaborators in Container(_settings()).describe():
        click.echo(f"{name:<28} {', '.join(collaborators)}")


@shop.command("settings", with_appcontext=False)
def print_settings() -> None:
    """Print the settings in force, secrets masked."""
    click.echo("\n".join(f"{name}={value}" for name, value in _settings().masked().items()))


for command in (*administration(_job), arch_commands(lambda: Container(_settings()))):
    shop.add_command(command)
