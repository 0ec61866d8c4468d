"""State of one item in Redis: its numbers, entries and receipts."""

from typing import Any
from uuid import UUID

import pytest

from shop.supports.invariant import OrderTerms, OutboxOrder, RedisItem
from tests.units.invariants.item_snapshots import FIVE, ONE, TERMS, THREE, TWO


def make_entry(order_id: UUID, epoch: int, seq: int) -> OutboxOrder:
    return OutboxOrder(order_id, epoch, seq, TERMS, since=1000)


@pytest.mark.parametrize(
    ("gate", "count"),
    [({}, 0), ({"avail": "7"}, 7), ({"avail": "-7"}, -7), ({"avail": "many"}, 0), ({"avail": "7.5"}, 0)],
)
def test_a_missing_or_invalid_number_counts_as_zero(gate: dict[str, str], count: int) -> None:
    assert RedisItem(gate).count("avail") == count


def test_only_values_that_are_no_numbers_are_invalid() -> None:
    assert RedisItem({}).invalid_fields == []
    gate = {"avail": "x", "hwm": "1", "epoch": "", "pend": "-3", "seq": "9" * 19, "state": "open"}
    assert RedisItem(gate).invalid_fields == ["avail", "epoch", "seq"]


GATE = {"epoch": "2", "seq": "4"}
KNOWN, EARLIER, LAST, LATER = (
    make_entry(ONE, 2, 9),
    make_entry(TWO, 1, 8),
    make_entry(THREE, 2, 4),
    make_entry(FIVE, 2, 5),
)


@pytest.mark.parametrize(
    ("before", "after", "selected"),
    [
        ([], [EARLIER, LAST, LATER], [EARLIER, LAST]),
        ([KNOWN], [KNOWN, LAST, LATER], [KNOWN, LAST]),
        ([KNOWN, LAST], [KNOWN], None),
        ([KNOWN], [KNOWN._replace(seq=3)], None),
        ([KNOWN], [KNOWN._replace(epoch=3)], None),
        ([KNOWN], [KNOWN._replace(order_id=FIVE)], None),
        ([], [], []),
    ],
    ids=["none known", "one known", "removed", "readmitted", "other epoch", "other order", "empty"],
)
def test_only_entries_from_before_the_read_of_the_gate_are_selected(
    before: list[OutboxOrder], after: list[OutboxOrder], selected: list[OutboxOrder] | None
) -> None:
    assert RedisItem(GATE).select_entries(before, after) == selected


def test_receipts_are_grouped_by_their_first_letter() -> None:
    texts = {ONE: "C|confirmed", TWO: "P|pending", THREE: "C|another"}
    groups = RedisItem.group_by_state(texts)

    assert groups == {"C": {ONE, THREE}, "P": {TWO}}
    item = RedisItem(receipts=groups)
    assert item.receipts_in("C") == frozenset({ONE, THREE})
    assert item.receipts_in("R") == frozenset()


def test_terms_are_read_from_the_fields_of_the_same_meaning() -> None:
    class Agreement:
        """Terms of which no two are equal."""

        tenant_id, item_id, user_id, quantity, unit_price_minor, currency = 1, 2, 3, 4, 5, "EUR"

    agreed: Any = Agreement()
    expected = OrderTerms(tenant=1, item=2, user=3, quantity=4, unit_price=5, currency="EUR")
    assert OrderTerms.of(agreed) == expected
    assert (KNOWN.position, KNOWN.quantity) == ((2, 9), TERMS.quantity)
