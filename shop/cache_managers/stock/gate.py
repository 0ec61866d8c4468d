"""Sale gate of an item: state and counts in Redis."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shop.cache_managers.stock.keys import StockKeys, locate, partition_label
from shop.constants.stock import EDIT_SECONDS, CreditOutcome, GateState, WithdrawalOutcome
from shop.core.redis.script import Script
from shop.core.redis.stores import RedisError
from shop.supports.sale_gate import Claim, CreditNote, GateEdit, GateOpening, GateValues, Withdrawal, has_expired

ADJUSTMENT_TTL_SECONDS = 3600
_COUNT_PATTERN = re.compile(r"-?[0-9]{1,18}")
_LUA_FOLDER = Path(__file__).parent / "lua"
_claim, _open, _open_to_buyers = (
    Script(_LUA_FOLDER / f"{name}.lua") for name in ("claim", "open_gate", "open_to_buyers")
)
_begin_edit, _finish_edit = (Script(_LUA_FOLDER / f"{name}.lua") for name in ("begin_edit", "finish_edit"))
STATES_LUA = _LUA_FOLDER / "states.lua"
_apply, _take = (Script(_LUA_FOLDER / f"{name}.lua", STATES_LUA) for name in ("apply", "take"))


@dataclass(frozen=True)
class Gate(StockKeys):
    """Commands over the gate of an item."""

    def claim(self, tenant_id: int, item_id: int, claim: Claim) -> None:
        """Close the gate; only the newest claim may open it."""
        number, item, *_ = locate(tenant_id, item_id)
        _claim(self._client(number), [item], [claim.token, claim.moment, int(claim.data_lost)])

    def open(self, tenant_id: int, item_id: int, token: str, opening: GateOpening) -> bool:
        """Begin the epoch from MySQL; the gate stays closed to buyers.

        Returns False after a newer claim.
        """
        number, item, _, limit, _ = locate(tenant_id, item_id)
        arguments: list[Any] = [
            token,
            *opening[:4],
            opening.max_per_user or "",
            opening.adj_seq,
            int(opening.has_orders),
        ]
        for user_id, units in opening.units.items():
            arguments += [user_id, units]
        return bool(_open(self._client(number), [item, limit], arguments))

    def open_to_buyers(self, tenant_id: int, item_id: int, token: str, state: GateState) -> bool:
        """Finish a load and admit buyers; return False after a newer claim."""
        number, item, *_ = locate(tenant_id, item_id)
        return bool(_open_to_buyers(self._client(number), [item], [token, state]))

    def begin_edit(self, tenant_id: int, item_id: int, edit: GateEdit) -> bool:
        """Let an open gate sell during an edit, until a deadline.

        The caller holds the lock of the item row, and changes it in the same transaction. Returns False when the values
        need a load.
        """
        number, item, *_ = locate(tenant_id, item_id)
        before, limit = _to_arguments(edit.before), edit.after.max_per_user or ""
        life = int(EDIT_SECONDS * 1e6)
        return bool(_begin_edit(self._client(number), [item], [edit.token, life, edit.epoch, *before, limit]))

    def finish_edit(self, tenant_id: int, item_id: int, edit: GateEdit) -> None:
        """Write the committed terms, unless a later edit or load has."""
        number, item, *_ = locate(tenant_id, item_id)
        _finish_edit(self._client(number), [item], [edit.token, *_to_arguments(edit.after)])

    def state(self, tenant_id: int, item_id: int) -> Mapping[str, str]:
        """Return all gate fields; empty when the item was never loaded.

        The state of a gate that is revised is OPEN before the deadline.
        """
        return self.states([(tenant_id, item_id)])[0]

    def states(self, items: Sequence[tuple[int, int]]) -> list[Mapping[str, str]]:
        """Return the gate fields of many (tenant, item), in the same order."""
        places = [locate(tenant_id, item_id) for tenant_id, item_id in items]
        gates = self._execute_all([(number, "HGETALL", item) for number, item, *_ in places])
        return [self._resolve_deadline(number, gate) for (number, *_), gate in zip(places, gates, strict=True)]

    def _resolve_deadline(self, number: int, gate: Mapping[str, str]) -> Mapping[str, str]:
        if gate.get("state") != GateState.REVISING or has_expired(gate.get("deadline"), self._client(number).time()):
            return gate
        return {**gate, "state": GateState.OPEN}

    def snapshot(self, tenant_id: int, item_id: int) -> tuple[Mapping[str, str], int]:
        """Read a gate and the outbox size of its partition atomically.

        The size includes dead letters. A gate that is revised has that state.
        """
        number, item, outbox, *_ = locate(tenant_id, item_id)
        dead_letters = self.dead_letter_stream(partition=partition_label(number))
        commands = [(number, "HGETALL", item), (number, "XLEN", outbox), (number, "XLEN", dead_letters)]
        gate, waiting, dead = self._execute_all(commands, transaction=True)
        return gate, waiting + dead

    def apply(self, tenant_id: int, item_id: int, credit: CreditNote) -> CreditOutcome:
        """Apply a credit from MySQL to the gate, once and in order."""
        number, item, _, limit, _ = locate(tenant_id, item_id)
        arguments = [credit.adj_seq, credit.pieces, credit.epoch, credit.user_id or ""]
        return CreditOutcome(_apply(self._client(number), [item, limit], arguments))

    def take(self, tenant_id: int, item_id: int, withdrawal: Withdrawal) -> tuple[WithdrawalOutcome, int]:
        """Take pieces out of the sale before MySQL does.

        Returns the outcome and the available pieces.
        """
        number, item, *_ = locate(tenant_id, item_id)
        keys = [item, self.applied_adjustment(partition=partition_label(number), adjustment=withdrawal.ref)]
        expected = "" if withdrawal.expected_stock is None else withdrawal.expected_stock
        outcome, left = _take(
            self._client(number), keys, [withdrawal.pieces, expected, withdrawal.epoch, ADJUSTMENT_TTL_SECONDS]
        )
        return WithdrawalOutcome(outcome), int(left)

    def find_available(self, items: Sequence[tuple[int, int]]) -> dict[int, int]:
        """Return item id -> available pieces for gates that sell.

        Empty when Redis is unreachable.
        """
        places = [locate(tenant_id, item_id) for tenant_id, item_id in items]
        try:
            answers = self._execute_all([(number, "HMGET", item, "state", "avail") for number, item, *_ in places])
        except RedisError:
            return {}
        gates = zip(items, answers, strict=True)
        return {
            item_id: int(avail)
            for (_, item_id), (state, avail) in gates
            # Skip a gate with an invalid count; reconciliation repairs it.
            if state in (GateState.OPEN, GateState.REVISING) and _COUNT_PATTERN.fullmatch(avail or "")
        }


def _to_arguments(values: GateValues) -> list[Any]:
    return [values.price_minor, values.currency, values.max_per_user or ""]
