"""Migration runner without alembic.ini, independent of the working directory."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from shop.core.jobs.job import OnSteps, ignore_steps
from shop.core.operations.schema_version import is_usable
from shop.core.settings.loader import SettingsError
from shop.migrations.folded_texts import fill_folded_texts

HEAD = "head"


def _config() -> Config:
    config = Config()
    # A percent sign begins a reference to another option.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


@cache
def latest_version() -> str:
    """Return the schema version of this release."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return head or ""


def count_pending(engine: Engine) -> int:
    """Return the number of migrations that an upgrade will run."""
    with engine.connect() as connection:
        current = _find_version(connection)
    if is_usable(current, latest_version()):
        return 0
    known = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    return known.index(current) if current in known else len(known)


def upgrade(engine: Engine, version: str = HEAD, on_steps: OnSteps = ignore_steps) -> str:
    """Upgrade the schema to a version; do nothing when it is current.

    The schema of a later release stays too, since a rollback runs this release on it. Calls `on_steps` after each
    migration. Returns the version of the schema afterwards. Raises SettingsError for a schema of another program.
    """
    with engine.begin() as connection:
        if version != HEAD or not is_usable(_find_version(connection), latest_version()):
            _run(connection, command.upgrade, version, on_steps)
        reached = _find_version(connection) or ""
    if version == HEAD and reached == latest_version():
        # Also without a migration: the previous release has written rows during the rollout.
        fill_folded_texts(engine)
    return reached


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


def _run(
    connection: Connection,
    action: Callable[[Config, str], None],
    version: str,
    on_steps: OnSteps = ignore_steps,
) -> None:
    config = _config()
    config.attributes["connection"] = connection
    config.attributes["on_version_apply"] = lambda **_: on_steps(1)
    try:
        action(config, version)
    except CommandError as error:
        raise SettingsError(f"The schema cannot be migrated: {error}.") from error
