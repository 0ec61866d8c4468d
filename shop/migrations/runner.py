"""Runs the migrations from code, so that they need no alembic.ini and no folder to stand in."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def latest_version() -> str:
    """The schema version this code wants."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return head or ""


def upgrade(engine: Engine, version: str = "head") -> None:
    """Bring the schema up to a version; does nothing when it is there."""
    _run(engine, command.upgrade, version)


def downgrade(engine: Engine, version: str) -> None:
    """Take the schema back to a version; `base` empties the database."""
    _run(engine, command.downgrade, version)


def _run(engine: Engine, action: Callable[[Config, str], None], version: str) -> None:
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        action(config, version)
