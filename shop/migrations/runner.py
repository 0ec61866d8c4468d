"""Migration runner without alembic.ini, independent of the working directory."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from shop.core.operations.schema_version import is_usable

HEAD = "head"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


@cache
def latest_version() -> str:
    """Return the schema version of this release."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return head or ""


def upgrade(engine: Engine, version: str = HEAD) -> str:
    """Upgrade the schema to a version; do nothing when it is current.

    The schema of a later release stays too, since a rollback runs this release on it. Returns the version of the schema
    afterwards.
    """
    with engine.begin() as connection:
        if version != HEAD or not is_usable(_find_version(connection), latest_version()):
            _run(connection, command.upgrade, version)
        return _find_version(connection) or ""


def downgrade(engine: Engine, version: str) -> None:
    """Downgrade the schema to a version; `base` empties the database."""
    with engine.begin() as connection:
        _run(connection, command.downgrade, version)


def read_version(engine: Engine) -> str | None:
    """Return the version of the schema, None for a database without one."""
    with engine.connect() as connection:
        return _find_version(connection)


def _find_version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _run(connection: Connection, action: Callable[[Config, str], None], version: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    action(config, version)
