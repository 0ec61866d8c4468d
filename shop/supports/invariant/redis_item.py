"""State of one item in Redis."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shop.supports.invariant.records import OutboxOrder

_COUNT_PATTERN = re.compile(r"-?[0-9]{1,18}")
_COUNT_FIELDS = ("avail", "hwm", "epoch", "pend", "seq")


@dataclass(frozen=True)
class RedisItem:
    """Gate, entries and receipts of one item in Redis.

    `receipts`: state -> order ids; `now`: clock of the Redis server in milliseconds since 1970.
    """

    gate: Mapping[str, str] = field(default_factory=dict)
    waiting: Sequence[OutboxOrder] = ()
    dead: Sequence[OutboxOrder] = ()
    receipts: Mapping[str, Collection[UUID]] = field(default_factory=dict)
    now: int = 0

    @property
    def entries(self) -> tuple[OutboxOrder, ...]:
        """Waiting entries and dead letters."""
        return (*self.waiting, *self.dead)

    @property
    def invalid_fields(self) -> list[str]:
        """Numeric gate fields with an invalid value."""
        return [name for name in _COUNT_FIELDS if not _COUNT_PATTERN.fullmatch(self.gate.get(name, "0"))]

    def count(self, name: str) -> int:
        """Return a numeric gate field; 0 when it is missing or invalid."""
        text = self.gate.get(name, "0")
        return int(text) if _COUNT_PATTERN.fullmatch(text) else 0

    def select_entries(self, before: Sequence[OutboxOrder], after: Sequence[OutboxOrder]) -> list[OutboxOrder] | None:
        """Select the entries that existed when the gate was read.

        `before` and `after` are the outbox before and after that. Returns None when an entry was removed in between.
        """
        known, place = {entry.identity for entry in before}, (self.count("epoch"), self.count("seq"))
        if known - {entry.identity for entry in after}:
            return None
        # Entries with a higher number were added after the gate was read.
        return [entry for entry in after if entry.identity in known or entry.position <= place]

    @staticmethod
    def group_by_state(texts: Mapping[UUID, str]) -> dict[str, set[UUID]]:
        """Group order ids by the state of their receipts."""
        groups: dict[str, set[UUID]] = defaultdict(set)
        for order_id, text in texts.items():
            groups[text[0]].add(order_id)
        return groups

    def receipts_in(self, state: str) -> frozenset[UUID]:
        """Return the orders whose receipt is in that state."""
        return frozenset(self.receipts.get(state, ()))
