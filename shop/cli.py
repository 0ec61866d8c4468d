"""Commands of `flask shop ...` for operators."""

import sys
from typing import Any
from uuid import UUID

import click
from flask.cli import AppGroup

from shop import worker as background
from shop.administration import admin_commands
from shop.architecture.commands import arch_commands
from shop.constants.job import JobName
from shop.constants.stock import Cause
from shop.container import Container, find_resolver
from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database
from shop.core.database.errors import OperationalError
from shop.core.database.model import DEFAULT_TENANT
from shop.core.errors import ShopError
from shop.core.logging.setup import load_settings
from shop.core.metrics.metrics import Metrics
from shop.core.operations.embedded_redis import embedded_valkey
from shop.core.operations.store_check import StoreCheck
from shop.core.operations.supervisor import ChildProcess, Supervisor, is_ready
from shop.core.operations.web_server import check_port_free, serve
from shop.core.redis.stores import RedisError
from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings
from shop.migrations import runner

PROBLEMS_SHOWN = 10
GREETING_TEXT = """
Sign in, buy, read the order (Ctrl-C here stops everything):

  TOKEN=$(curl -s {api}/auth/login -H 'Content-Type: application/json' -d '{{"email": "{email}", "password": "{password}"}}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  ORDER=$(curl -s {api}/items/1/purchase -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Prefer: wait=2' -d '{{"quantity": 1}}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
  curl -s {api}/orders/$ORDER -H "Authorization: Bearer $TOKEN"
"""  # noqa: E501 - three lines to paste


class ShopCommands(AppGroup):
    """Command group that reports expected errors as one line without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (SettingsError, ShopError, RedisError, OperationalError) as error:
            prefixes = {SettingsError: "", ShopError: "", OperationalError: "The database does not answer: "}
            raise click.ClickException(f"{prefixes.get(type(error), 'Redis does not answer: ')}{error}") from error


shop = ShopCommands("shop", help="Run and administer the shop.")


def _get_job(name: JobName) -> Any:
    # Any: the jobs have different methods.
    return background.find_jobs(Container(_load_settings()))[name]


def _print_greeting(settings: Settings, accounts: list[Any]) -> None:
    address = f"http://{settings.bind}"
    click.echo(f"\nshop answers at {address}  (API page: {address}/docs)\n")
    click.echo("\n".join(f"  {account}" for account in accounts))
    email, password = accounts[-1][:2] if accounts else ("you@example.com", "Your-password-1")
    click.echo(GREETING_TEXT.format(api=f"{address}/api/v1", email=email, password=password))


def _load_settings() -> Settings:
    return load_settings(str(click.get_current_context().info_name))


@shop.command(with_appcontext=False)
def web() -> None:
    """Run the web server."""
    settings = _load_settings()
    # Check before starting workers: the server would restart a failing worker again and again.
    container = Container(settings)
    container.get(Tokens).check()
    container.get(StoreCheck).require_safe_redis()
    find_resolver(settings)
    container.get(Metrics).remove_dead_files()
    serve(settings)


@shop.command(with_appcontext=False)
def worker() -> None:
    """Run a worker for background jobs."""
    background.run_worker(_load_settings())


@shop.command(with_appcontext=False)
def scheduler() -> None:
    """Run the scheduler of periodic jobs."""
    background.run_scheduler(_load_settings())


@shop.command(with_appcontext=False)
def migrate() -> None:
    """Upgrade the database schema; a newer one stays."""
    version = runner.upgrade(Container(_load_settings()).get(Database).migration_engine())
    click.echo(f"The schema is at {version}.")


@shop.command(with_appcontext=False)
def seed() -> None:
    """Create the first administrator and, outside production, demo data."""
    for account in _get_job(JobName.SEED).run():
        click.echo(account)


@shop.command(with_appcontext=False)
@click.option("--acknowledged", type=click.File(), help="File of order ids that clients received, one per line.")
def verify(acknowledged: Any) -> None:
    """Check the purchase invariants; exit code 1 when one is violated."""
    verdicts = _get_job(JobName.VERIFY).run({UUID(line.strip()) for line in acknowledged or () if line.strip()})
    for verdict in verdicts:
        click.echo(f"{'broken' if verdict.problems else 'holds ':<7} {verdict.number:>2}  {verdict.sentence}")
        click.echo("".join(f"            {problem}\n" for problem in verdict.problems[:PROBLEMS_SHOWN]), nl=False)
    sys.exit(any(verdict.problems for verdict in verdicts))


@shop.command(with_appcontext=False)
@click.argument("item", type=int, required=False)
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="Tenant id of ITEM.")
def sync(item: int | None, tenant: int) -> None:
    """Repair differences between the stores; with ITEM, reload that item."""
    job = _get_job(JobName.SYNC_STOCK)
    done = job.run(tenant, item, Cause.REQUESTED) if item else job.reconcile_all()
    if item and not done:
        raise click.ClickException(f"Tenant {tenant} has no item {item}.")
    click.echo("\n".join(done) or "Both stores agree.")


@shop.command(with_appcontext=False)
def purge() -> None:
    """Delete expired idempotency records; also done every hour by the schedule."""
    click.echo(f"{_get_job(JobName.PURGE).run()} records deleted.")


@shop.command(with_appcontext=False)
def doctor() -> None:
    """Check the configuration of the stores.

    Exit code 1 when a setting could lose or duplicate orders.
    """
    findings = list(Container(_load_settings()).get(StoreCheck).run(runner.latest_version()))
    click.echo("\n".join(f"{'ok' if finding.ok else 'FAIL':<5}{finding.sentence}" for finding in findings))
    sys.exit(not all(finding.ok for finding in findings))


def _open_sales(jobs: dict[str, Any]) -> None:
    # In this process: the worker would open them shortly after the web server is ready.
    for tenant_id, item_id in jobs[JobName.PRELOAD_STOCK].find_unloaded():
        jobs[JobName.LOAD_STOCK].run(tenant_id=tenant_id, item_id=item_id)


@shop.command(with_appcontext=False)
def up() -> None:
    """Run migrations, demo data, web, worker and scheduler.

    Uses SQLite and an embedded Valkey unless other stores are configured.
    """
    settings = _load_settings()
    settings.folder.mkdir(parents=True, exist_ok=True)
    check_port_free(settings)
    with embedded_valkey(settings):
        container = Container(settings)
        container.get(Tokens).check()
        container.get(Metrics).remove_dead_files()
        runner.upgrade(container.get(Database).migration_engine())
        jobs = background.find_jobs(container)
        accounts = jobs[JobName.SEED].run()
        _open_sales(jobs)
        container.get(Database).engine.dispose()
        web = ChildProcess("web", extra_stop_seconds=settings.drain_seconds + settings.web_stop_seconds)
        family = Supervisor([web, ChildProcess("scheduler"), ChildProcess("worker")])
        family.run(ready=lambda: is_ready(settings.bind), announce=lambda: _print_greeting(settings, accounts))


@shop.command(with_appcontext=False)
def wiring() -> None:
    """Print the collaborators of every class."""
    for name, collaborators in Container(_load_settings()).describe():
        click.echo(f"{name:<28} {', '.join(collaborators)}")


@shop.command("settings", with_appcontext=False)
def print_settings() -> None:
    """Print the current settings with masked secrets."""
    click.echo("\n".join(f"{name}={value}" for name, value in _load_settings().masked_values().items()))


for command in (*admin_commands(_get_job), arch_commands(lambda: Container(_load_settings()))):
    shop.add_command(command)
