"""Changes of a consistent snapshot, and the invariants that they break."""

from typing import Any

from shop.supports.invariant import INVARIANTS, EpochOrders
from tests.units.invariants.item_snapshots import (
    DEAD_ENTRY,
    EARLY,
    LOST,
    ONE,
    TERMS,
    THREE,
    TWO,
    WAITING_ENTRY,
    change_gate,
    change_ledger,
    change_orders,
    change_redis_item,
)

EMPTY_OUTBOX: dict[str, Any] = {"waiting": [], "dead": [], "receipts": {"C": {ONE, TWO, EARLY}}}
SOLD_OUT = change_redis_item(**EMPTY_OUTBOX, gate=change_gate(avail="0", pend="0"))
VIOLATIONS: list[tuple[int, dict[str, Any], str]] = [
    (1, change_ledger(total=8), "the ledger sums to 8, the stock is 7"),
    (2, change_orders(units={ONE: 1, TWO: 3, EARLY: 1}), "5 pieces ordered, 4 sold by the ledger"),
    (2, change_ledger(returned={}), f"order {EARLY} returned 0 pieces, 1 of it were cancelled"),
    (2, change_ledger(returned={EARLY: 2}), f"order {EARLY} returned 2 pieces, 1 of it were cancelled"),
    (2, change_ledger(returned={EARLY: 1, TWO: 2}), f"order {TWO} returned 2 pieces, 0 of it were cancelled"),
    (
        3,
        change_redis_item(gate=change_gate(avail="3")),
        "3 can be bought and 4 wait to be written, the stock is 7, 1 of it credits",
    ),
    (3, {"stock": 6}, "the stock is 6"),
    (3, change_ledger(unapplied=0), "0 of it credits on their way"),
    (3, change_redis_item(dead=[]), "2 can be bought and 2 wait to be written"),
    (3, change_redis_item(gate=change_gate(state="retired", avail="3")), "3 can be bought"),
    (3, {"sellable": False}, "it is sold by Redis although it is not on sale"),
    (3, change_redis_item(gate=change_gate(avail="many")), "its gate says avail='many', which is no number"),
    (3, change_redis_item(gate=change_gate(pend="9" * 5000)), "which is no number"),
    (3, {"epoch": 3}, "sold in epoch 2, the database is in 3"),
    (4, change_redis_item(gate=change_gate(pend="3")), "3 pieces are pending, 4 wait or are set aside"),
    (4, change_redis_item(gate=change_gate(pend="3", state="closed")), "3 pieces are pending"),
    (4, change_redis_item(P={THREE, LOST}), f"order {LOST} has a receipt but no outbox entry"),
    (4, change_redis_item(P=set()), f"order {THREE} has no receipt for its outbox entry"),
    (4, change_redis_item(D={DEAD_ENTRY.order_id, LOST}), f"order {LOST} has a receipt but no dead letter"),
    (4, change_redis_item(D=set()), f"order {DEAD_ENTRY.order_id} has no receipt for its dead letter"),
    (5, {"stock": -1}, "stock -1, 2 can be bought"),
    (5, change_redis_item(gate=change_gate(avail="-1")), "stock 7, -1 can be bought"),
    (6, change_redis_item(C={ONE, TWO, EARLY, LOST}), f"order {LOST} was confirmed and is not written"),
    (7, change_redis_item(C={ONE, EARLY}), f"order {TWO} has no receipt"),
    (
        8,
        change_orders(mismatches={ONE: (TERMS, TERMS._replace(user=9))}),
        f"order {ONE} and its receipt differ in user",
    ),
    (8, change_orders(mismatches={ONE: (TERMS, TERMS._replace(item=9, currency="USD"))}), "differ in item, currency"),
    (9, change_ledger(sold={ONE: 1, EARLY: 1}), f"order {TWO} has no sale in the ledger"),
    (9, change_ledger(sold={ONE: 1, TWO: 2, EARLY: 1, LOST: 1}), f"order {LOST} has a sale but no order"),
    (9, change_ledger(sold={ONE: 1, TWO: 3, EARLY: 1}), f"order {TWO} is of 2 pieces, its sale of 3"),
    (
        10,
        change_orders(epochs={1: EpochOrders(1, 1), 2: EpochOrders(1, 2)}),
        "4 numbers of epoch 2 are accounted for, the highest is 5",
    ),
    (
        10,
        change_orders(epochs={1: EpochOrders(5, 6), 2: EpochOrders(2, 2)}),
        "5 numbers of epoch 1 are accounted for, the highest is 6",
    ),
    (
        10,
        change_redis_item(waiting=[WAITING_ENTRY._replace(seq=6)]),
        "5 numbers of epoch 2 are accounted for, the highest is 6",
    ),
    (10, change_ledger(voids={(2, 2), (2, 3)}), "6 numbers of epoch 2 are accounted for, the highest is 5"),
    (10, change_ledger(voids=set()), "4 numbers of epoch 2 are accounted for, the highest is 5"),
    (11, change_redis_item(gate=change_gate(seq="1")), "Redis counts 1, the database has number 2"),
    (12, change_redis_item(R={LOST}), f"order {LOST} was promised and then rejected"),
    (13, {"limit": 1}, "user 6 holds 2 pieces of 1"),
    (
        14,
        change_redis_item(now=WAITING_ENTRY.since + 5001),
        f"order {THREE} waits to be written since 1970-01-01T00:00:01.000+00:00",
    ),
    (
        14,
        change_redis_item(
            now=WAITING_ENTRY.since + 5001, waiting=[WAITING_ENTRY._replace(order_id=ONE, since=2000), WAITING_ENTRY]
        ),
        f"order {THREE} waits to be written since 1970-01-01T00:00:01.000+00:00",
    ),
    (14, {"tenant_id": None, **change_redis_item(dead=[])}, f"it does not exist, and order {THREE} waits for it"),
    (
        14,
        {"tenant_id": None, **change_redis_item(waiting=[])},
        f"it does not exist, and order {DEAD_ENTRY.order_id} waits for it",
    ),
    (15, SOLD_OUT, "sold out to buyers, but the stock is 6"),
    (16, change_orders(tenants={1: ONE, 2: TWO}), f"order {TWO} is of tenant 2"),
    (16, change_ledger(tenants={1: 4, 2: 3}), "3 lines of the ledger are of tenant 2"),
    (16, change_orders(buyer_tenants={5: 1, 6: 2}), "its buyer 6 is of tenant 2"),
    (16, change_orders(buyer_tenants={5: 1, 6: None}), "its buyer 6 is of tenant None"),
    (17, change_orders(wrong_totals={TWO: (500, 502)}), f"order {TWO} costs 500, its pieces at their price 502"),
]
# Invariant -> changes that break this one and no other.
SINGLE: dict[int, dict[str, Any]] = {
    1: change_ledger(total=8),
    2: change_ledger(returned={}),
    3: change_redis_item(gate=change_gate(avail="3")),
    4: change_redis_item(gate=change_gate(pend="3")),
    5: change_redis_item(gate=change_gate(state="closed", avail="-1")),
    6: change_redis_item(C={ONE, TWO, EARLY, LOST}),
    7: change_redis_item(C={ONE, EARLY}),
    8: change_orders(mismatches={ONE: (TERMS, TERMS._replace(quantity=2))}),
    9: change_ledger(sold={ONE: 1, TWO: 2, LOST: 1}),
    10: change_orders(epochs={1: EpochOrders(1, 2), 2: EpochOrders(2, 2)}),
    11: change_redis_item(gate=change_gate(seq="1")),
    12: change_redis_item(R={LOST}),
    13: {"limit": 1},
    14: change_redis_item(now=WAITING_ENTRY.since + 5001),
    16: change_orders(buyer_tenants={5: 1, 6: 2}),
    17: change_orders(wrong_totals={TWO: (500, 502)}),
}
CONSISTENT: list[tuple[int, dict[str, Any]]] = [
    # A missing gate has no reservations.
    *((number, change_redis_item(**EMPTY_OUTBOX, gate={})) for number in INVARIANTS),
    (3, change_redis_item(gate=change_gate(state="closed", avail="0"))),
    (7, change_redis_item(gate={}, receipts={})),
    (11, change_redis_item(gate=change_gate(state="closed", seq="0"))),
    # A retired item is counted like one on sale.
    *((number, change_redis_item(gate=change_gate(state="retired"))) for number in INVARIANTS),
    # Where the database sells, a retired gate is ignored.
    *(
        (
            number,
            {"stock": 5, "database_sells": True, **change_redis_item(gate=change_gate(state="retired"), receipts={})},
        )
        for number in (3, 7, 15)
    ),
    (3, {"sellable": False, **change_redis_item(gate=change_gate(state="retired"))}),
    # An entry that was written between the two reads is in both stores.
    (3, {"stock": 5, **change_orders(positions={THREE: (2, 4)})}),
    (10, change_orders(positions={THREE: (2, 4)}, epochs={1: EpochOrders(1, 1), 2: EpochOrders(3, 4)})),
    # An entry whose order was written under another number took its stock twice, until it is finalized.
    (3, change_orders(positions={THREE: (2, 1)})),
    # The number of a dead letter is void at once.
    (10, change_ledger(voids={(2, 3), (2, 5)})),
    # Entries of an older epoch wait, but are not pending in this one. They get a number when they are readmitted.
    (3, {"stock": 5, **change_redis_item(waiting=[WAITING_ENTRY._replace(epoch=1)])}),
    (4, change_redis_item(waiting=[WAITING_ENTRY._replace(epoch=1)], gate=change_gate(pend="2"))),
    (
        10,
        {
            **change_redis_item(waiting=[WAITING_ENTRY._replace(epoch=1, seq=9)]),
            **change_ledger(voids={(2, 3), (2, 4)}),
        },
    ),
    # Nothing left is not less than nothing.
    (5, {"stock": 0}),
    (5, change_redis_item(gate=change_gate(avail="0"))),
    # A recent order may still have the receipt of a reservation.
    (7, change_orders(recent={ONE, TWO, THREE})),
    # A lowered limit does not apply to earlier buyers.
    (13, {"limit": 1, **change_orders(buyers=set())}),
    (13, {"limit": None}),
    # An entry is late after five seconds, and no earlier.
    (14, change_redis_item(now=WAITING_ENTRY.since + 5000)),
    # Sold out, except for a credit in transit.
    (15, {**SOLD_OUT, "stock": 1}),
    # Waiting entries explain a stock above zero.
    (15, change_redis_item(gate=change_gate(avail="0"))),
]
