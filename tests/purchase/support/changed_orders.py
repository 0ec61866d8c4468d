"""Corruptions of one order: a written one, or a waiting one."""

from collections.abc import Callable
from uuid import UUID

from tests.purchase.support.running_sale import RunningSale


def change_an_order(assignment: str) -> Callable[[RunningSale], None]:
    """Return a corruption that changes columns of the second order."""

    def change(scene: RunningSale) -> None:
        scene.shop.change_row(f"UPDATE orders SET {assignment} WHERE id = %s", UUID(scene.second).bytes)

    change.__name__ = assignment
    return change


def change_a_waiting_entry(place: int, value: str) -> Callable[[RunningSale], None]:
    """Return a corruption that changes one part of the waiting reservation."""

    def change(scene: RunningSale) -> None:
        parts = scene.waiting_entry.split("|")
        parts[place] = value
        scene.redis.delete(scene.partition_key("outbox"))
        scene.redis.xadd(scene.partition_key("outbox"), {"r": "|".join(parts)})

    change.__name__ = f"{value} in a waiting entry"
    return change
