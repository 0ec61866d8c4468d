"""Sale strategies: differences between sales by Redis and by the database.

The container chooses one for an app, so that no other code compares the setting.
"""

from collections.abc import Mapping
from typing import Protocol

from shop.constants.stock import GateState


class SaleStrategy(Protocol):
    """Interface of the strategies."""

    database_sells: bool

    def target_state(self, *, sellable: bool) -> GateState:
        """Return the state in which a load leaves a gate."""

    def is_settled(self, gate: Mapping[str, str]) -> bool:
        """Return True when the gate of a sale needs no load."""

    def redis_sells(self, epoch: int) -> bool:
        """Return True when Redis counts the stock in this epoch."""


class RedisSale(SaleStrategy):
    """Sale by Redis, which reserves stock at open gates."""

    database_sells = False

    def target_state(self, *, sellable: bool) -> GateState:
        """Return OPEN for an item on sale, else RETIRED."""
        return GateState.OPEN if sellable else GateState.RETIRED

    def is_settled(self, gate: Mapping[str, str]) -> bool:
        """Return True for an open gate."""
        return gate.get("state") == GateState.OPEN

    def redis_sells(self, epoch: int) -> bool:
        """Return True for an item that was loaded; epoch 0 was not."""
        return epoch > 0


class DatabaseSale(SaleStrategy):
    """Direct sale by the database, which keeps all gates closed."""

    database_sells = True

    def target_state(self, *, sellable: bool) -> GateState:  # noqa: ARG002 - the interface has it
        """Return CLOSED for every item."""
        return GateState.CLOSED

    def is_settled(self, gate: Mapping[str, str]) -> bool:
        """Return True for a missing gate or an idle one."""
        return not gate or is_idle(gate)

    def redis_sells(self, epoch: int) -> bool:  # noqa: ARG002 - the interface has it
        """Return False for every epoch."""
        return False


def takes_withdrawals(gate: Mapping[str, str]) -> bool:
    """Return True for a gate that no load holds."""
    return gate.get("state") in (GateState.OPEN, GateState.RETIRED) and "token" not in gate


def is_idle(gate: Mapping[str, str]) -> bool:
    """Return True for a gate that a finished load closed.

    The token of a running or crashed load is still in the gate.
    """
    return gate.get("state") == GateState.CLOSED and "token" not in gate
