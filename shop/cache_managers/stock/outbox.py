"""Outboxes: reservations of a partition that wait to be written to MySQL."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shop.cache_managers.stock.gate import STATES_LUA
from shop.cache_managers.stock.keys import StockKeys, partition_label
from shop.constants.stock import BATCH, PARTITIONS, ReadmitOutcome
from shop.core.redis.script import Script
from shop.supports.reservation import Backlog, OutboxEntry, OutboxPage, read_or_none

_LUA_FOLDER = Path(__file__).parent / "lua"
_finalize = Script(_LUA_FOLDER / "finalize.lua")
_readmit = Script(_LUA_FOLDER / "readmit.lua", STATES_LUA)


@dataclass(frozen=True)
class Outbox(StockKeys):
    """Commands over the entries of an outbox."""

    def entries(self, number: int, after: str | None = None, limit: int = BATCH) -> OutboxPage:
        """Return the next entries of an outbox, oldest first."""
        start = f"({after}" if after else "-"
        outbox = self.outbox(partition=partition_label(number))
        entries = self._execute(number, "XRANGE", outbox, start, "+", "COUNT", str(limit))
        texts = {entry_id: fields.get("r", str(fields)) for entry_id, fields in entries}
        read = {entry_id: read_or_none("P|" + text) for entry_id, text in texts.items()}
        return OutboxPage(
            [OutboxEntry(entry_id, reservation) for entry_id, reservation in read.items() if reservation],
            {entry_id: texts[entry_id] for entry_id, reservation in read.items() if not reservation},
            next(reversed(texts), None),
        )

    def find_entry(self, number: int, entry_id: str) -> OutboxEntry | None:
        """Return an entry of an outbox, or None when missing or unreadable."""
        entries = self._execute(number, "XRANGE", self.outbox(partition=partition_label(number)), entry_id, entry_id)
        reservation = read_or_none("P|" + entries[0][1].get("r", "")) if entries else None
        return OutboxEntry(entry_id, reservation) if reservation else None

    def iterate_entries(self, number: int) -> Iterator[OutboxEntry]:
        """Iterate over all readable entries of an outbox, page by page."""
        page = self.entries(number)
        while page.last_id:
            yield from page.entries
            page = self.entries(number, page.last_id)

    def finalize(self, number: int, entries: Sequence[OutboxEntry], doubled: Collection[str]) -> int:
        """Remove written entries and confirm their receipts.

        Returns the number of removed entries. `doubled` has the ids of entries whose order was written from another
        entry; their pieces are released.
        """
        keys, arguments = [self.outbox(partition=partition_label(number))], [str(self.receipt_life)]
        for entry_id, reservation in entries:
            keys += self._reservation_keys(number, reservation)
            released = reservation.quantity if entry_id in doubled else 0
            fields = (entry_id, reservation.quantity, reservation.epoch, released, reservation.user_id)
            arguments += map(str, fields)
        return int(_finalize(self._client(number), keys, arguments))

    def readmit(self, number: int, entry: OutboxEntry, epoch: int) -> ReadmitOutcome:
        """Count an entry of an older epoch in the current one."""
        entry_id, reservation = entry
        item, receipt, limit = self._reservation_keys(number, reservation)
        keys = [item, self.outbox(partition=partition_label(number)), receipt, limit]
        arguments = [entry_id, reservation.quantity, reservation.body, self.receipt_life, epoch, reservation.user_id]
        return ReadmitOutcome(_readmit(self._client(number), keys, arguments))

    def reset_wake_flag(self, number: int) -> None:
        """Reset the wake flag, so that the next purchase starts a drain."""
        self._client(number).delete(self.wake_flag(partition=partition_label(number)))

    def find_oldest_age(self, number: int) -> float | None:
        """Return the age of the oldest entry in seconds.

        None when the outbox is empty. Uses the clock of the Redis server.
        """
        backlog = self.backlog(number)
        return backlog.oldest_seconds if backlog.waiting else None

    def backlog(self, number: int) -> Backlog:
        """Return the backlog of a partition, by the clock of its server."""
        return self._backlogs([number])[0]

    def backlogs(self) -> list[Backlog]:
        """Return the backlog of every partition; one round trip per server."""
        return self._backlogs(range(PARTITIONS))

    def _backlogs(self, numbers: Iterable[int]) -> list[Backlog]:
        commands: list[tuple[int, *tuple[str, ...]]] = []
        for number in numbers:
            outbox, dead = (
                self.outbox(partition=partition_label(number)),
                self.dead_letter_stream(partition=partition_label(number)),
            )
            commands += [(number, "XRANGE", outbox, "-", "+", "COUNT", "1"), (number, "XLEN", outbox)]
            commands += [(number, "XLEN", dead), (number, "TIME")]
        answers = iter(self._execute_all(commands))
        return [_parse_backlog(*results) for results in zip(answers, answers, answers, answers, strict=True)]

    def server_time(self, number: int) -> int:
        """Return the clock of a partition's server in milliseconds since 1970.

        Entry ids are made from the same clock.
        """
        seconds, microseconds = self._client(number).time()
        return int(seconds * 1000 + microseconds // 1000)


def _parse_backlog(oldest: Any, waiting: int, dead: int, now: tuple[int, int]) -> Backlog:
    began = int(oldest[0][0].split("-")[0]) / 1e3 if oldest else 0.0
    return Backlog(waiting, now[0] + now[1] / 1e6 - began if oldest else 0.0, dead)
