"""`flask shop ...`: everything an operator does."""

import logging
import sys

import click
from flask.cli import AppGroup

from shop import worker as background
from shop.container import Container
from shop.core.database import Database
from shop.core.settings import Settings
from shop.core.web import serve
from shop.migrations import runner

shop = AppGroup("shop", help="Run and look after the shop.")


def _settings() -> Settings:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return Settings.load()


@shop.command(with_appcontext=False)
def web() -> None:
    """Serve HTTP."""
    serve(_settings())


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
    runner.upgrade(Container(_settings()).get(Database).engine)
    click.echo(f"The schema is at {runner.latest_version()}.")


@shop.command(with_appcontext=False)
def wiring() -> None:
    """Say which class was given which collaborators."""
    for name, collaborators in Container(_settings()).describe():
        click.echo(f"{name:<28} {', '.join(collaborators)}")


@shop.command("settings", with_appcontext=False)
def print_settings() -> None:
    """Print the settings in force, secrets masked."""
    for name, value in _settings().masked().items():
        click.echo(f"{name}={value}")
