"""Invariants of sequence numbers and tenants."""

from collections.abc import Iterator

from shop.supports.invariant.item_snapshot import ItemSnapshot, of_epoch
from shop.supports.invariant.records import EpochOrders, Problem


def check_number_gaps(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 10: numbers of an epoch have no gaps.

    Counted are written, waiting and void orders.
    """
    # An entry of an older epoch gets its number when it is readmitted.
    entries = of_epoch(snapshot.redis_item.entries, snapshot.epoch)
    others = snapshot.ledger.voids | {(entry.epoch, entry.seq) for entry in entries if not snapshot.is_written(entry)}
    numbers: dict[int, list[int]] = {number: [] for number in snapshot.orders.epochs}
    for number, seq in others:
        numbers.setdefault(number, []).append(seq)
    for number, seqs in numbers.items():
        written = snapshot.orders.epochs.get(number, EpochOrders(0, 0))
        highest, count = max([written.seq_max, *seqs]), written.orders + len(seqs)
        if highest != count:
            yield snapshot.make_problem(
                f"epoch {number}", f"{count} numbers of epoch {number} are accounted for, the highest is {highest}"
            )


def check_redis_sequence(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 11: Redis assigns no number that the database has."""
    written = snapshot.orders.epochs.get(snapshot.redis_item.count("epoch"), EpochOrders(0, 0)).seq_max
    if snapshot.is_counted and snapshot.redis_item.count("seq") < written:
        yield snapshot.make_problem(
            "seq", f"Redis counts {snapshot.redis_item.count('seq')}, the database has number {written}"
        )


def check_tenants(snapshot: ItemSnapshot) -> Iterator[Problem]:
    """Check invariant 16: orders, ledger lines and buyers have the item's tenant."""
    for tenant_id in snapshot.orders.tenants.keys() - {snapshot.tenant_id}:
        order_id = snapshot.orders.tenants[tenant_id]
        yield snapshot.make_problem(
            order_id, f"order {order_id} is of tenant {tenant_id}, the item of {snapshot.tenant_id}"
        )
    for tenant_id in snapshot.ledger.tenants.keys() - {snapshot.tenant_id}:
        lines = f"{snapshot.ledger.tenants[tenant_id]} lines of the ledger are of tenant {tenant_id}"
        yield snapshot.make_problem(f"tenant {tenant_id}", f"{lines}, the item of {snapshot.tenant_id}")
    for user_id, home in snapshot.orders.buyer_tenants.items():
        if home != snapshot.tenant_id:
            yield snapshot.make_problem(
                f"user {user_id}", f"its buyer {user_id} is of tenant {home}, the item of {snapshot.tenant_id}"
            )
