"""Answers of the RESERVE script, and texts of reservations."""

from typing import Any
from uuid import UUID

import pytest

from shop.constants.stock import ReserveOutcome
from shop.supports.reservation import (
    DeadLetter,
    Reservation,
    ReserveResult,
    parse_reservation,
    parse_reserve_answer,
    read_or_none,
)

ORDER = UUID(int=99)
# No two fields are equal.
RESERVATION = Reservation("P", ORDER, 2, 3, 4, 5, 650, "EUR", 1_700_000_000_000_007, 8, 9)
TEXT = f"P|{ORDER}|2|3|4|5|650|EUR|1700000000000007|8|9"


def test_a_reservation_is_read_field_by_field() -> None:
    assert parse_reservation(TEXT) == RESERVATION


def test_each_text_of_a_reservation_has_its_own_fields() -> None:
    assert RESERVATION.text == TEXT.removeprefix("P|")
    assert RESERVATION.body == f"{ORDER}|2|3|4|5|650|EUR|1700000000000007"
    assert RESERVATION.position == (8, 9)


@pytest.mark.parametrize("text", ["", "P|no-order", TEXT.replace("|5|", "|x|"), TEXT.replace("1700000000", "9" * 20)])
def test_a_text_that_is_no_reservation_is_none(text: str) -> None:
    assert read_or_none(text) is None


def test_a_dead_letter_has_the_reservation_of_its_text() -> None:
    assert DeadLetter("1-1", RESERVATION.text, "no item").reservation == RESERVATION._replace(state="D")
    assert DeadLetter("1-1", "unreadable", "no item").reservation is None


def make_result(outcome: ReserveOutcome, left: int, **fields: Any) -> ReserveResult:
    return ReserveResult(
        **{"reservation": None, "woke_drain": False, "receipts_lost_at": 0, **fields}, outcome=outcome, left=left
    )


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (["RESERVED", TEXT, 1], make_result(ReserveOutcome.RESERVED, 1, reservation=RESERVATION, woke_drain=True)),
        (["RESERVED", TEXT, 0], make_result(ReserveOutcome.RESERVED, 0, reservation=RESERVATION)),
        (["RESERVED", TEXT, 2], make_result(ReserveOutcome.RESERVED, 2, reservation=RESERVATION)),
        (["DUPLICATE", TEXT, 1], make_result(ReserveOutcome.DUPLICATE, 1, reservation=RESERVATION)),
        (
            ["DUPLICATE", TEXT, 0, 6, 7],
            make_result(ReserveOutcome.DUPLICATE, 0, reservation=RESERVATION, counts=(6, 7)),
        ),
        (["SOLD_OUT", "", 3, 6, 7], make_result(ReserveOutcome.SOLD_OUT, 3, counts=(6, 7))),
        (["CLOSED", "1234", 0], make_result(ReserveOutcome.CLOSED, 0, receipts_lost_at=1234)),
        (["LIMIT", "0", 2], make_result(ReserveOutcome.LIMIT, 2)),
        (["REUSED", f"{ORDER}|print", 0], make_result(ReserveOutcome.KEY_REUSED, 0, used_fingerprint="print")),
        (["LIMITED", "", 0, 5], make_result(ReserveOutcome.RATE_LIMITED, 0, counts=(5,))),
    ],
    ids=lambda value: "-".join(map(str, value[::2])) if isinstance(value, list) else "",
)
def test_an_answer_is_read_by_its_outcome(answer: list[Any], result: ReserveResult) -> None:
    assert parse_reserve_answer(answer) == result
