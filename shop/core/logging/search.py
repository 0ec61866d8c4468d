"""Log search in MongoDB or, without it, in the daily files."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any, Protocol

import orjson

from shop.core.clock import format_rfc3339
from shop.core.logging.daily_files import find_lines
from shop.core.logging.entry import Entry, as_json
from shop.core.settings.settings import Settings

RESULTS_MAX = 1000


class LogBackend(Protocol):
    """Interface of a searchable store of records."""

    def find(self, field: str, values: Collection[str], limit: int, tenant: str | None) -> Iterator[Any]:
        """Find entries whose field is, or contains, one of the values.

        Without a tenant, entries of all tenants are returned.
        """


@dataclass
class LogSearch:
    """Search in the stored records of all processes."""

    settings: Settings

    @property
    def is_available(self) -> bool:
        """True when records are written to a searchable sink."""
        return bool(self.settings.log_mongo_url or self.settings.log_folder)

    def find(self, field: str, values: Collection[str], tenant: str | None = None) -> list[Entry]:
        """Find the first thousand entries with one of the values.

        The field is, or contains, one of them. With a tenant, only its entries are returned and count, since other
        tenants may use the same ids. Raises LogStoreUnavailable.
        """
        entries = islice(self._find_entries(field, values, tenant), RESULTS_MAX)
        return [{**entry, "time": _format_time(entry["time"])} for entry in entries]

    def _find_entries(self, field: str, values: Collection[str], tenant: str | None) -> Iterator[Entry]:
        if not values:
            return
        if self.settings.log_mongo_url:
            yield from self._backend.find(field, values, RESULTS_MAX, tenant)
        elif folder := self.settings.log_folder:
            terms = [as_json(value) for value in values]
            entries = (entry for line in find_lines(folder, terms) if (entry := _parse_match(line, field, values)))
            yield from (entry for entry in entries if tenant in (None, entry.get("tenant")))

    @cached_property
    def _backend(self) -> LogBackend:
        # Imported here, because an installation without MongoDB has no pymongo.
        from shop.core.logging.mongo import MongoStore  # noqa: PLC0415 - see above

        return MongoStore(self.settings.log_mongo_url)


def _parse_match(line: bytes, field: str, values: Collection[str]) -> Entry | None:
    """Return the entry of a line when its field matches.

    Returns None for other lines and for torn ones.
    """
    try:
        entry: Entry = orjson.loads(line)
        value = entry.get(field)
    except (orjson.JSONDecodeError, AttributeError):
        return None
    return entry if set(value if isinstance(value, list) else [value]) & set(values) else None


def _format_time(time: datetime | str) -> str:
    return time if isinstance(time, str) else format_rfc3339(time)
