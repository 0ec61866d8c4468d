"""The sale of one item, as Redis tells it."""

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
    """What Redis says about one item. `receipts`: state -> order ids; `now`: its clock, in milliseconds since 1970."""

    gate: Mapping[str, str] = field(default_factory=dict)
    waiting: Sequence[OutboxOrder] = ()
    dead: Sequence[OutboxOrder] = ()
    receipts: Mapping[str, Collection[UUID]] = field(default_factory=dict)
    now: int = 0

    @property
    def entries(self) -> tuple[OutboxOrder, ...]:
        """What waits and what was set aside."""
        return (*self.waiting, *self.dead)

    @property
    def invalid_fields(self) -> list[str]:
        """The fields of the gate that should be numbers and are none."""
        return [name for name in _COUNT_FIELDS if not _COUNT_PATTERN.fullmatch(self.gate.get(name, "0"))]

    def count(self, name: str) -> int:
        """A number of the gate; 0 where it is none."""
        text = self.gate.get(name, "0")
        return int(text) if _COUNT_PATTERN.fullmatch(text) else 0

    def select_entries(self, before: Sequence[OutboxOrder], after: Sequence[OutboxOrder]) -> list[OutboxOrder] | None:
        """What waited when the gate was read, between two looks; None when something was taken out meanwhile."""
        known, place = {entry.name for entry in before}, (self.count("epoch"), self.count("seq"))
        if known - {entry.name for entry in after}:
            return None
        # What has a higher number came after the gate was read.
        return [entry for entry in after if entry.name in known or entry.place <= place]

    @staticmethod
    def group_by_state(texts: Mapping[UUID, str]) -> dict[str, set[UUID]]:
        """Orders by the state of their receipts."""
        found: dict[str, set[UUID]] = defaultdict(set)
        for order_id, text in texts.items():
            found[text[0]].add(order_id)
        return found

    def receipts_in(self, state: str) -> frozenset[UUID]:
        """The orders whose receipt is in that state."""
        return frozenset(self.receipts.get(state, ()))
