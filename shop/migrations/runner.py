"""Migration runner without alembic.ini, independent of the working directory."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


@cache
def latest_version() -> str:
    """Return the schema version of this release."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return head or ""


def upgrade(engine: Engine, version: str = "head") -> None:
    """Upgrade the schema to a version; do nothing when it is current."""
    _run(engine, command.upgrade, version)


def downgrade(engine: Engine, version: str) -> None:
    """Downgrade the schema to a version; `base` empties the database."""
    _run(engine, command.downgrade, version)


def _run(engine: Engine, action: Callable[[Config, str], None], version: str) -> None:
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        action(config, version)
