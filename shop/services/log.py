"""Rules of looking into the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shop.core.errors import ShopError
from shop.core.logging.search import LogBook
from shop.core.logging.sink import LogAway
from shop.core.pagination.pages import Page, PageRequest
from shop.core.resilience.backoff import retry_after
from shop.exception_codes.log import LogExceptionCode

Entry = dict[str, Any]
# What every record has; the others are told below `more`.
NAMED = ("time", "level", "logger", "message", "process", "request_id", "trace_id")


@dataclass(frozen=True)
class LogService:
    """Finds what was logged of a request: its own records, and those of what came of it."""

    book: LogBook

    def page(self, tenant_id: int, request_id: str, request: PageRequest) -> Page[Entry]:
        """What an administrator of a tenant may see, oldest first; raises ShopError NOT_KEPT, AWAY.

        The tenant's own records, and those of system work that name what its request made, without the rest they name.
        """
        own = self._find("request_id", [request_id], str(tenant_id))
        made = _made(own)
        late = [{**entry, "about": sorted(made & {*entry["about"]})} for entry in self._find("about", made)]
        entries = _sorted(own, late)
        rows = entries[request.offset :][: request.per_page]
        return Page([_card(entry) for entry in rows], len(entries), request)

    def find(self, request_id: str) -> Sequence[Entry]:
        """What an operator may see: everything, oldest first; raises ShopError NOT_KEPT, AWAY."""
        own = self._find("request_id", [request_id])
        return _sorted(own, self._find("about", _made(own)))

    def _find(self, field: str, values: Iterable[str], tenant: str | None = None) -> list[Entry]:
        if not self.book.kept:
            raise ShopError(LogExceptionCode.NOT_KEPT)
        try:
            return self.book.find(field, [*values], tenant)
        except LogAway as error:
            raise ShopError(LogExceptionCode.AWAY, retry_after=retry_after()) from error


def _made(entries: Iterable[Entry]) -> set[str]:
    return {one for entry in entries for one in entry.get("made", ())}


def _sorted(own: Iterable[Entry], late: Iterable[Entry]) -> list[Entry]:
    # A record that was found both ways is told once, as it was found last.
    found = {str({**entry, "about": ()}): entry for entry in (*own, *late)}
    return sorted(found.values(), key=lambda entry: str(entry["time"]))


def _card(entry: Entry) -> Entry:
    more = {name: value for name, value in entry.items() if name not in NAMED}
    return {name: entry.get(name) for name in NAMED} | {"more": more}
