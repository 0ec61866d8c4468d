"""Sale gate of an item: state and counts in Redis."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shop.cache_managers.stock.keys import StockKeys, locate, partition_label, partition_of
from shop.constants.stock import CreditOutcome, GateState, WithdrawalOutcome
from shop.core.redis.script import Script
from shop.core.redis.stores import RedisError
from shop.supports.sale_gate import Claim, CreditNote, GateOpening, Withdrawal

ADJUSTMENT_TTL_SECONDS = 3600
LOAD_REQUEST_TTL_SECONDS = 5
_COUNT_PATTERN = re.compile(r"-?[0-9]{1,18}")
_LUA_FOLDER = Path(__file__).parent / "lua"
_claim, _open, _open_to_buyers = (
    Script(_LUA_FOLDER / f"{name}.lua") for name in ("claim", "open_gate", "open_to_buyers")
)
_apply, _take = (Script(_LUA_FOLDER / f"{name}.lua") for name in ("apply", "take"))


@dataclass(frozen=True)
class Gate(StockKeys):
    """Commands over the gate of an item."""

    def claim_load_request(self, tenant_id: int, item_id: int) -> bool:
        """Claim the load request; return False when another one is recent."""
        number = partition_of(tenant_id, item_id)
        key = self.load_request(partition=partition_label(number), tenant=tenant_id, item=item_id)
        return bool(self._client(number).set(key, "1", nx=True, ex=LOAD_REQUEST_TTL_SECONDS))

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

    def state(self, tenant_id: int, item_id: int) -> Mapping[str, str]:
        """Return all gate fields; empty when the item was never loaded."""
        number, item, *_ = locate(tenant_id, item_id)
        return dict(self._execute(number, "HGETALL", item))

    def states(self, items: Sequence[tuple[int, int]]) -> list[Mapping[str, str]]:
        """Return the gate fields of many (tenant, item), in the same order."""
        places = [locate(tenant_id, item_id) for tenant_id, item_id in items]
        return self._execute_all([(number, "HGETALL", item) for number, item, *_ in places])

    def snapshot(self, tenant_id: int, item_id: int) -> tuple[Mapping[str, str], int]:
        """Read a gate and the outbox size of its partition atomically.

        The size includes dead letters.
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
        """Return item id -> available pieces for open gates.

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
            if state == GateState.OPEN and _COUNT_PATTERN.fullmatch(avail or "")
        }
