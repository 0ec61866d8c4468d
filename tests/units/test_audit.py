"""Every invariant, green over books that are right and red over each way they can be wrong."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from shop.supports.audit import INVARIANTS, Book, Epoch, Waiting

ONE, TWO, THREE, LOST = (UUID(int=number) for number in (1, 2, 3, 99))
# Ten pieces; one and two are written (three pieces), three waits (two pieces): seven in the database, five to buy.
BOOK = Book(
    item_id=7,
    stock=7,
    epoch=1,
    ledger=7,
    units_ordered=3,
    units_sold=3,
    orders=frozenset({ONE, TWO}),
    sold=frozenset({ONE, TWO}),
    recent=frozenset({ONE, TWO}),
    epochs={1: Epoch(orders=2, seq_max=2)},
    waiting=[Waiting(THREE, epoch=1, seq=3, quantity=2)],
    promised=frozenset({THREE}),
    confirmed=frozenset({ONE, TWO}),
    gate={"state": "open", "avail": "5", "pend": "2", "seq": "3", "epoch": "1"},
)


def gate(**changes: str) -> dict[str, Any]:
    return {"gate": {**BOOK.gate, **changes}}


SOLD_OUT: dict[str, Any] = {"waiting": [], "promised": frozenset(), **gate(avail="0", pend="0")}
WRONG: list[tuple[int, dict[str, Any], str]] = [
    (1, {"ledger": 8}, "the ledger sums to 8, the stock is 7"),
    (3, gate(avail="6"), "6 can be bought and 2 wait to be written, the stock is 7"),
    (3, {"stock": 6}, "the stock is 6"),
    (3, gate(epoch="2"), "sold in epoch 2, the database is in 1"),
    (4, gate(pend="3"), "3 pieces are pending, 2 wait in the outbox"),
    (4, {"promised": frozenset({THREE, LOST})}, f"order {LOST} has a receipt but no outbox entry"),
    (4, {"promised": frozenset()}, f"order {THREE} has an outbox entry but no receipt"),
    (5, {"stock": -1}, "stock -1, 5 can be bought"),
    (5, gate(avail="-1"), "stock 7, -1 can be bought"),
    (6, {"confirmed": frozenset({ONE, TWO, LOST})}, f"order {LOST} was confirmed and is not written"),
    (7, {"confirmed": frozenset({ONE})}, f"order {TWO} has no receipt"),
    (9, {"sold": frozenset({ONE})}, f"order {TWO} has no sale in the ledger"),
    (9, {"sold": frozenset({ONE, TWO, LOST})}, f"order {LOST} has a sale but no order"),
    (9, {"units_sold": 4}, "3 pieces ordered, 4 sold by the ledger"),
    (10, {"epochs": {1: Epoch(orders=1, seq_max=2)}}, "epoch 1: 2 orders, the highest number is 3"),
    (10, {"epochs": {0: Epoch(5, 6), 1: Epoch(2, 2)}}, "epoch 0: 5 orders, the highest number is 6"),
    (10, {"waiting": [Waiting(THREE, 1, seq=4, quantity=2)]}, "3 orders, the highest number is 4"),
    (11, gate(seq="1"), "Redis counts 1, the database has number 2"),
    (15, SOLD_OUT, "sold out to buyers, but the stock is 7"),
]
RIGHT: list[tuple[int, dict[str, Any]]] = [
    # A closed gate, or none, promises nothing.
    *((number, {"gate": {}, "waiting": [], "promised": frozenset()}) for number in INVARIANTS),
    (3, {"gate": {**BOOK.gate, "state": "closed", "avail": "0"}}),
    (7, {"gate": {}, "confirmed": frozenset()}),
    (11, {"gate": {**BOOK.gate, "state": "closed", "seq": "0"}}),
    # An entry that was written between the two reads stands in both books.
    (3, {"stock": 5, "orders": frozenset({ONE, TWO, THREE})}),
    (10, {"orders": frozenset({ONE, TWO, THREE}), "epochs": {1: Epoch(3, 3)}}),
    # Entries of an older epoch wait, but are not pending in this one.
    (4, {"waiting": [Waiting(THREE, epoch=0, seq=9, quantity=2)], **gate(pend="0")}),
    # An order whose receipt is still a promise was asked for.
    (7, {"recent": frozenset({ONE, TWO, THREE})}),
    # Sold out to the last piece.
    (15, {**SOLD_OUT, "stock": 0}),
    # What waits to be written is why the stock is not zero yet.
    (15, gate(avail="0")),
]


@pytest.mark.parametrize("number", INVARIANTS)
def test_books_that_are_right_break_nothing(number: int) -> None:
    assert list(INVARIANTS[number](BOOK)) == []


@pytest.mark.parametrize(("number", "changes", "sentence"), WRONG)
def test_a_wrong_book_is_told_with_item_and_numbers(number: int, changes: dict[str, Any], sentence: str) -> None:
    problems = list(INVARIANTS[number](replace(BOOK, **changes)))
    assert len(problems) == 1
    assert problems[0].startswith("item 7")
    assert sentence in problems[0]


@pytest.mark.parametrize(("number", "changes"), RIGHT)
def test_what_only_looks_wrong_is_green(number: int, changes: dict[str, Any]) -> None:
    assert list(INVARIANTS[number](replace(BOOK, **changes))) == []


def test_every_invariant_was_seen_red_and_says_its_number() -> None:
    assert {number for number, *_ in WRONG} == set(INVARIANTS)
    assert all((check.__doc__ or "").startswith(f"{number}: ") for number, check in INVARIANTS.items())
