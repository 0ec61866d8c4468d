"""Rules of log searches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shop.core.errors import ShopError
from shop.core.logging.search import LogSearch
from shop.core.logging.sink import LogStoreUnavailable
from shop.core.pagination.pages import Page, PageRequest
from shop.core.resilience.backoff import retry_after
from shop.exception_codes.log import LogExceptionCode

Entry = dict[str, Any]
# Fields of every record; other fields are returned under `more`.
TOP_LEVEL_FIELDS = ("time", "level", "logger", "message", "process", "request_id", "trace_id")


@dataclass(frozen=True)
class LogService:
    """Finds the log records of a request.

    They are those that it wrote, and later ones about the rows that it created.
    """

    log_search: LogSearch

    def page(self, tenant_id: int, request_id: str, request: PageRequest) -> Page[Entry]:
        """List the records that a tenant may see, oldest first.

        Records of system work name only the ids that the request created. Raises ShopError NOT_KEPT, AWAY.
        """
        own = self._find("request_id", [request_id], str(tenant_id))
        created = _created_ids(own)
        late = [{**entry, "about": sorted(created & {*entry["about"]})} for entry in self._find("about", created)]
        entries = _merge_by_time(own, late)
        rows = entries[request.offset :][: request.per_page]
        return Page([_to_card(entry) for entry in rows], len(entries), request)

    def find(self, request_id: str) -> Sequence[Entry]:
        """Return all records, oldest first; raises ShopError NOT_KEPT, AWAY."""
        own = self._find("request_id", [request_id])
        return _merge_by_time(own, self._find("about", _created_ids(own)))

    def _find(self, field: str, values: Iterable[str], tenant: str | None = None) -> list[Entry]:
        if not self.log_search.is_available:
            raise ShopError(LogExceptionCode.NOT_KEPT)
        try:
            return self.log_search.find(field, [*values], tenant)
        except LogStoreUnavailable as error:
            raise ShopError(LogExceptionCode.AWAY, retry_after=retry_after()) from error


def _created_ids(entries: Iterable[Entry]) -> set[str]:
    return {created_id for entry in entries for created_id in entry.get("made", ())}


def _merge_by_time(own: Iterable[Entry], late: Iterable[Entry]) -> list[Entry]:
    # A record that both searches found is returned once, as the second one found it.
    found = {str({**entry, "about": ()}): entry for entry in (*own, *late)}
    return sorted(found.values(), key=lambda entry: str(entry["time"]))


def _to_card(entry: Entry) -> Entry:
    more = {name: value for name, value in entry.items() if name not in TOP_LEVEL_FIELDS}
    return {name: entry.get(name) for name in TOP_LEVEL_FIELDS} | {"more": more}
