"""Commands of `flask shop ...` for operators."""

import signal
from collections.abc import Sequence
from typing import Any

import click
from flask.cli import AppGroup

from shop import worker as background
from shop.administration import admin_commands
from shop.architecture.commands import arch_commands
from shop.constants.job import JobName
from shop.container import Container, find_resolver
from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database
from shop.core.logging.setup import load_settings
from shop.core.metrics.metrics import Metrics
from shop.core.operations.command_errors import REPORTED_ERRORS, describe_error
from shop.core.operations.embedded_redis import embedded_valkey
from shop.core.operations.parent_watch import end_with_parent
from shop.core.operations.running_shop import hold_folder, stop_shop
from shop.core.operations.store_check import StoreCheck
from shop.core.operations.supervisor import STOP_SECONDS, ChildProcess, Supervisor, is_ready
from shop.core.operations.terminal import print_status
from shop.core.operations.web_server import check_port_free, serve
from shop.core.settings.settings import Settings
from shop.maintenance import maintenance_commands, wait_for_stores
from shop.migrations import runner

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
        except BrokenPipeError:
            # The reader of the output has ended; click exits in silence.
            raise
        except REPORTED_ERRORS as error:
            raise click.ClickException(describe_error(error)) from error


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
    end_with_parent(settings.drain_seconds + settings.web_stop_seconds + STOP_SECONDS)
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
    end_with_parent(STOP_SECONDS)
    background.run_worker(_load_settings())


@shop.command(with_appcontext=False)
def scheduler() -> None:
    """Run the scheduler of periodic jobs."""
    end_with_parent(STOP_SECONDS)
    background.run_scheduler(_load_settings())


def _open_sales(jobs: dict[str, Any]) -> None:
    # In this process: the worker would open them shortly after the web server is ready.
    for tenant_id, item_id in jobs[JobName.PRELOAD_STOCK].find_unloaded():
        jobs[JobName.LOAD_STOCK].run(tenant_id=tenant_id, item_id=item_id)


@shop.command(with_appcontext=False)
def up() -> None:
    """Run migrations, demo data, web, worker and scheduler.

    Uses SQLite and an embedded Valkey unless other stores are configured. Waits for a store that is down.
    """
    settings = _load_settings()
    # A terminal that is closed or a SIGTERM before the children run: end as after Ctrl-C, with the Valkey.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with hold_folder(settings):
        check_port_free(settings)
        with embedded_valkey(settings) as valkey:
            _run_family(settings, valkey)
    print_status(f"shop has stopped; its data stays in {settings.folder}.")


def _run_family(settings: Settings, valkey: Sequence[ChildProcess]) -> None:
    container = Container(settings)
    container.get(Tokens).check()
    container.get(Metrics).remove_dead_files()
    wait_for_stores(lambda: runner.upgrade(container.get(Database).migration_engine()))
    jobs = background.find_jobs(container)
    accounts = wait_for_stores(jobs[JobName.SEED].run)
    wait_for_stores(lambda: _open_sales(jobs))
    container.get(Database).engine.dispose()
    web = ChildProcess("web", extra_stop_seconds=settings.drain_seconds + settings.web_stop_seconds)
    # The server of the queue starts first, and stops last: it is a child of this process already.
    family = Supervisor([web, ChildProcess("scheduler"), ChildProcess("worker"), *valkey], print_status)
    family.run(ready=lambda: is_ready(settings.bind), announce=lambda: _print_greeting(settings, accounts))


@shop.command(with_appcontext=False)
def stop() -> None:
    """Stop the `flask shop up` that runs in SHOP_VAR."""
    stop_shop(Settings.load(), click.echo)


@shop.command(with_appcontext=False)
def wiring() -> None:
    """Print the collaborators of every class."""
    for name, collaborators in Container(_load_settings()).describe():
        click.echo(f"{name:<28} {', '.join(collaborators)}")


@shop.command("settings", with_appcontext=False)
def print_settings() -> None:
    """Print the current settings with masked secrets."""
    click.echo("\n".join(f"{name}={value}" for name, value in _load_settings().masked_values().items()))


def _load_container() -> Container:
    return Container(_load_settings())


for command in (
    *maintenance_commands(_load_container, _get_job),
    *admin_commands(_get_job),
    arch_commands(_load_container),
):
    shop.add_command(command)
