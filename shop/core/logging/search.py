"""Looking up what was logged: in MongoDB where records go there, else in the files of the days."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any, Protocol

import orjson

from shop.core.clock import format_rfc3339
from shop.core.logging.daily_files import find_lines
from shop.core.logging.entry import Entry
from shop.core.settings.settings import Settings

RESULTS_MAX = 1000


class LogBackend(Protocol):
    def find(self, field: str, values: Collection[str], limit: int, tenant: str | None) -> Iterator[Any]:
        """Entries whose field is, or holds, one of the values; None: of every tenant."""


@dataclass
class LogSearch:
    """Every record of every process, as far back as they are kept."""

    settings: Settings

    @property
    def is_available(self) -> bool:
        """Whether records are kept anywhere that can be searched."""
        return bool(self.settings.log_mongo_url or self.settings.log_folder)

    def find(self, field: str, values: Collection[str], tenant: str | None = None) -> list[Entry]:
        """The first thousand entries whose field is, or holds, one of the values; raises LogStoreUnavailable.

        Of one tenant, where one is named: others, who may use the same ids, hide nothing of it.
        """
        found = islice(self._find_entries(field, values, tenant), RESULTS_MAX)
        return [{**entry, "time": _format_time(entry["time"])} for entry in found]

    def _find_entries(self, field: str, values: Collection[str], tenant: str | None) -> Iterator[Entry]:
        if not values:
            return
        if self.settings.log_mongo_url:
            yield from self._backend.find(field, values, RESULTS_MAX, tenant)
        elif folder := self.settings.log_folder:
            words = [orjson.dumps(value) for value in values]
            entries = (entry for line in find_lines(folder, words) if (entry := _parse_match(line, field, values)))
            yield from (entry for entry in entries if tenant in (None, entry.get("tenant")))

    @cached_property
    def _backend(self) -> LogBackend:
        # Here: who has no MongoDB needs no library for one.
        from shop.core.logging.mongo import MongoStore  # noqa: PLC0415 - see above

        return MongoStore(self.settings.log_mongo_url)


def _parse_match(line: bytes, field: str, values: Collection[str]) -> Entry | None:
    """The entry of a line, when the word stands where it was looked for; a torn line is none."""
    try:
        entry: Entry = orjson.loads(line)
        said = entry.get(field)
    except (orjson.JSONDecodeError, AttributeError):
        return None
    return entry if set(said if isinstance(said, list) else [said]) & set(values) else None


def _format_time(time: datetime | str) -> str:
    return time if isinstance(time, str) else format_rfc3339(time)
