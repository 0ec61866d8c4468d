"""Every invariant, green over books that are right and red over each way they can be wrong."""

from dataclasses import replace
from typing import Any

import pytest

from shop.repositories import order, stock_ledger
from shop.supports.invariant import INVARIANTS, EpochOrders, ItemSnapshot, LedgerLine, OrderLine
from tests.units.item_snapshots import (
    DEAD_ENTRY,
    EARLY,
    LOST,
    ONE,
    SNAPSHOT,
    TERMS,
    THREE,
    TWO,
    WAITING_ENTRY,
    change_gate,
    change_ledger,
    change_orders,
    change_redis_item,
)

NOTHING_WAITS: dict[str, Any] = {"waiting": [], "dead": [], "receipts": {"C": {ONE, TWO, EARLY}}}
SOLD_OUT = change_redis_item(**NOTHING_WAITS, gate=change_gate(avail="0", pend="0"))
WRONG: list[tuple[int, dict[str, Any], str]] = [
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
    (8, change_orders(disputed={ONE: (TERMS, TERMS._replace(user=9))}), f"order {ONE} and its receipt differ in user"),
    (8, change_orders(disputed={ONE: (TERMS, TERMS._replace(item=9, currency="USD"))}), "differ in item, currency"),
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
    (14, {"tenant_id": None, **change_redis_item(dead=[])}, f"it does not exist, and order {THREE} waits for it"),
    (
        14,
        {"tenant_id": None, **change_redis_item(waiting=[])},
        f"it does not exist, and order {DEAD_ENTRY.order_id} waits for it",
    ),
    (15, SOLD_OUT, "sold out to buyers, but the stock is 6"),
    (16, change_orders(tenants={1: ONE, 2: TWO}), f"order {TWO} is of tenant 2"),
    (16, change_ledger(tenants={1: 4, 2: 3}), "3 lines of the ledger are of tenant 2"),
    (16, change_orders(homes={5: 1, 6: 2}), "its buyer 6 is of tenant 2"),
    (16, change_orders(homes={5: 1, 6: None}), "its buyer 6 is of tenant None"),
]
# For each invariant a book that breaks this one and no other.
ALONE: dict[int, dict[str, Any]] = {
    1: change_ledger(total=8),
    2: change_ledger(returned={}),
    3: change_redis_item(gate=change_gate(avail="3")),
    4: change_redis_item(gate=change_gate(pend="3")),
    5: change_redis_item(gate=change_gate(state="closed", avail="-1")),
    6: change_redis_item(C={ONE, TWO, EARLY, LOST}),
    7: change_redis_item(C={ONE, EARLY}),
    8: change_orders(disputed={ONE: (TERMS, TERMS._replace(quantity=2))}),
    9: change_ledger(sold={ONE: 1, TWO: 2, LOST: 1}),
    10: change_orders(epochs={1: EpochOrders(1, 2), 2: EpochOrders(2, 2)}),
    11: change_redis_item(gate=change_gate(seq="1")),
    12: change_redis_item(R={LOST}),
    13: {"limit": 1},
    14: change_redis_item(now=WAITING_ENTRY.since + 5001),
    16: change_orders(homes={5: 1, 6: 2}),
}
RIGHT: list[tuple[int, dict[str, Any]]] = [
    # A closed gate, or none, promises nothing.
    *((number, change_redis_item(**NOTHING_WAITS, gate={})) for number in INVARIANTS),
    (3, change_redis_item(gate=change_gate(state="closed", avail="0"))),
    (7, change_redis_item(gate={}, receipts={})),
    (11, change_redis_item(gate=change_gate(state="closed", seq="0"))),
    # What is retired is counted like what is on sale.
    *((number, change_redis_item(gate=change_gate(state="retired"))) for number in INVARIANTS),
    # Unless the database sells: then it counts for nothing.
    *(
        (
            number,
            {"stock": 5, "database_sells": True, **change_redis_item(gate=change_gate(state="retired"), receipts={})},
        )
        for number in (3, 7, 15)
    ),
    (3, {"sellable": False, **change_redis_item(gate=change_gate(state="retired"))}),
    # An entry that was written between the two reads stands in both books.
    (3, {"stock": 5, **change_orders(places={THREE: (2, 4)})}),
    (10, change_orders(places={THREE: (2, 4)}, epochs={1: EpochOrders(1, 1), 2: EpochOrders(3, 4)})),
    # One whose order was written under another number took its pieces twice, until it is finalized.
    (3, change_orders(places={THREE: (2, 1)})),
    # The number of a dead letter is void from the moment it is set aside.
    (10, change_ledger(voids={(2, 3), (2, 5)})),
    # Entries of an older epoch wait, but are not pending in this one, and get a number when they are counted anew.
    (3, {"stock": 5, **change_redis_item(waiting=[WAITING_ENTRY._replace(epoch=1)])}),
    (4, change_redis_item(waiting=[WAITING_ENTRY._replace(epoch=1)], gate=change_gate(pend="2"))),
    (
        10,
        {
            **change_redis_item(waiting=[WAITING_ENTRY._replace(epoch=1, seq=9)]),
            **change_ledger(voids={(2, 3), (2, 4)}),
        },
    ),
    # An order whose receipt is still a promise was asked for.
    (7, change_orders(recent={ONE, TWO, THREE})),
    # A limit that was lowered does not bind who bought before.
    (13, {"limit": 1, **change_orders(buyers=set())}),
    (13, {"limit": None}),
    # What waits five seconds is late, and no earlier.
    (14, change_redis_item(now=WAITING_ENTRY.since + 5000)),
    # Sold out to the last piece, but for a credit on its way.
    (15, {**SOLD_OUT, "stock": 1}),
    # What waits to be written is why the stock is not zero yet.
    (15, change_redis_item(gate=change_gate(avail="0"))),
]


def problems(number: int, changes: dict[str, Any]) -> list[str]:
    return [problem.text for problem in INVARIANTS[number](replace(SNAPSHOT, **changes))]


def test_all_sixteen_are_asked() -> None:
    assert list(INVARIANTS) == list(range(1, 17))
    assert all((check.__doc__ or "").startswith(f"{number}: ") for number, check in INVARIANTS.items())


@pytest.mark.parametrize("number", INVARIANTS)
def test_books_that_are_right_break_nothing(number: int) -> None:
    assert problems(number, {}) == []


@pytest.mark.parametrize(("number", "changes", "sentence"), WRONG)
def test_a_wrong_book_is_told_with_item_and_numbers(number: int, changes: dict[str, Any], sentence: str) -> None:
    (problem,) = problems(number, changes)
    assert problem.startswith("item 7")
    assert sentence in problem


@pytest.mark.parametrize(("number", "changes"), RIGHT)
def test_what_only_looks_wrong_is_green(number: int, changes: dict[str, Any]) -> None:
    assert problems(number, changes) == []


@pytest.mark.parametrize(("number", "changes"), ALONE.items())
def test_each_invariant_can_be_the_only_one_that_breaks(number: int, changes: dict[str, Any]) -> None:
    assert [other for other in INVARIANTS if problems(other, changes)] == [number]


def test_sold_out_too_early_is_the_worst_case_of_stores_that_disagree() -> None:
    assert [number for number in INVARIANTS if problems(number, SOLD_OUT)] == [3, 15]


def test_every_invariant_was_seen_red() -> None:
    assert {number for number, *_ in WRONG} == set(INVARIANTS)


def test_an_item_that_does_not_exist_owns_neither_orders_nor_lines() -> None:
    book: ItemSnapshot = replace(SNAPSHOT, tenant_id=None)
    assert len(list(INVARIANTS[16](book))) == 4


@pytest.mark.parametrize(("query", "line"), [(order._LINE_QUERY, OrderLine), (stock_ledger._LINE, LedgerLine)])
def test_a_line_is_read_field_by_field(query: Any, line: Any) -> None:
    assert tuple(column.name for column in query.selected_columns) == line._fields
