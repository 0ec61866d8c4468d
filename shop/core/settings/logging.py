"""Settings of the log."""

from dataclasses import dataclass
from pathlib import Path

from shop.core.settings.loader import at_least, empty_or, setting

LEVELS = ("debug", "info", "warning", "error")
OFF = "off"


def _is_threshold(text: str) -> bool:
    return text == OFF or (text.isascii() and text.isdecimal())


@dataclass(frozen=True, kw_only=True)
class LogSettings:
    """Level, format and destinations of log records."""

    log_format: str = setting(
        "console", "console: a line to read; json: an object a line", check=("console", "json").__contains__
    )
    log_level: str = setting(
        "info", "debug, info, warning or error: the least that is logged", check=LEVELS.__contains__
    )
    log_skip: tuple[str, ...] = setting(("/livez", "/readyz", "/metrics"), "paths whose requests are not logged")
    log_secrets: tuple[str, ...] = setting((), "parts of names whose values are starred, beside those that always are")
    log_file: str = setting("", "folder of a file of JSON lines for each day; empty: no files")
    log_keep_days: int = setting(14, "days whose files are kept, today included", check=at_least(1))
    log_sql_slower_ms: str = setting(
        OFF, "off, or milliseconds: statements that take longer are logged, 0: all", check=_is_threshold
    )
    log_queue: int = setting(
        10_000, "records that may wait to be written; more are dropped and counted", check=at_least(1)
    )
    log_mongo_url: str = setting(
        "", "URL of a MongoDB that gets every record, with its database; empty: none",
        check=empty_or(lambda text: text.startswith(("mongodb://", "mongodb+srv://"))), secret=True,
    )  # fmt: skip
    log_mongo_split: str = setting(
        "day", "day, month or year: whose records share a collection", check=("day", "month", "year").__contains__
    )

    @property
    def log_folder(self) -> Path | None:
        """Absolute path of the folder of the daily files, or None."""
        return Path(self.log_file).resolve() if self.log_file else None

    @property
    def log_sql_slower(self) -> float | None:
        """Milliseconds from which a statement is logged, or None for no statement."""
        return None if self.log_sql_slower_ms == OFF else float(self.log_sql_slower_ms)
