"""Whoever logs never waits, and nothing that goes wrong behind the queue comes back to it."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.core.logging.recording_sinks import Office, Shelf, opened
from tests.support.polling import eventually


@pytest.fixture
def office() -> Iterator[Office]:
    with opened(1000) as office:
        yield office


def test_records_are_written_in_order_in_a_thread_of_their_own(office: Office) -> None:
    for number in range(100):
        office.log.info("number %s", number)
    office.writer.finish(5)

    assert office.wall.told == office.other.told == [f"number {number}" for number in range(100)]
    assert threading.current_thread().name not in office.wall.threads


def test_a_slow_sink_makes_nobody_wait(office: Office) -> None:
    office.wall.gate.clear()

    began = time.perf_counter()
    for number in range(500):
        office.log.info("number %s", number)
    took = time.perf_counter() - began

    assert office.wall.entries == []
    assert took < 1.0


def test_a_full_queue_drops_what_comes_and_counts_it() -> None:
    with opened(10) as office:
        office.wall.gate.clear()
        office.log.info("first")
        eventually(office.intake.waiting.empty, 5)

        for number in range(25):
            office.log.info("number %s", number)
        office.wall.gate.set()
        office.writer.finish(5)

        told = [message for message in office.wall.told if message != "Records of the log were dropped"]
        assert told == ["first", *(f"number {number}" for number in range(10))]
        assert office.counted == ["queue"] * 15


def test_the_log_says_itself_what_it_lost() -> None:
    with opened(1) as office:
        office.wall.gate.clear()
        office.log.info("first")
        eventually(office.intake.waiting.empty, 5)
        for _ in range(5):
            office.log.info("more")
        office.wall.gate.set()
        office.writer.finish(5)

        (said,) = [entry for entry in office.wall.entries if "dropped" in entry]
        assert (said["level"], said["dropped"]) == ("warning", {"queue": 4})


def test_a_sink_that_fails_troubles_neither_the_others_nor_whoever_logs(office: Office) -> None:
    office.wall.failing = True

    for number in range(3):
        office.log.info("number %s", number)
    eventually(lambda: len(office.other.entries) >= 3, 5)
    office.wall.failing = False
    office.log.info("after")
    office.writer.finish(5)

    # The notice of it may be lost as well.
    assert set(office.counted) == {"wall"}
    assert len(office.counted) in (3, 4)
    assert office.wall.told[-1] == "after"
    assert [message for message in office.other.told if message.startswith("number")] == [
        f"number {n}" for n in range(3)
    ]


def test_a_sentence_is_put_together_where_it_is_said(office: Office) -> None:
    office.wall.gate.clear()
    things = ["one"]

    office.log.info("There are %s", things)
    things.append("two")
    office.wall.gate.set()
    office.writer.finish(5)

    assert office.wall.told == ["There are ['one']"]


def test_a_failure_is_logged_with_its_trace_and_keeps_nothing_alive(office: Office) -> None:
    office.log.addHandler(shelf := Shelf())

    try:
        raise ValueError("password=Hunter-2")
    except ValueError:
        office.log.exception("It failed")
    office.writer.finish(5)

    (entry,) = office.wall.entries
    assert "ValueError: password=***" in entry["exception"]
    assert entry["exception"].startswith("Traceback")
    # Other handlers of the same record are still told what was raised.
    assert shelf.seen[0].exc_info


@pytest.mark.parametrize(("words", "values"), [("%d pieces", ("many",)), ("%s and %s", (1,)), ({"a": 1}, ())])
def test_a_slip_in_a_log_call_is_no_failure_of_its_caller(office: Office, words: Any, values: tuple[Any, ...]) -> None:
    office.log.error(words, *values)
    office.writer.finish(5)

    assert len(office.wall.entries) == 1


def test_a_minute_ends_when_nobody_logs_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.core.logging.pipeline.TICK_SECONDS", 0.01)
    with opened(1000) as office:
        for _ in range(30):
            office.log.error("Redis failed")
        monkeypatch.setattr("shop.core.logging.pipeline.time.time", lambda now=time.time: now() + 60)

        eventually(lambda: any("20 more like this" in message for message in office.wall.told), 5)


def test_what_waits_is_written_before_the_end(office: Office) -> None:
    for number in range(300):
        office.log.warning(f"number {number}")

    office.writer.finish(5)

    assert len(office.wall.entries) == 300


def test_the_end_does_not_wait_for_a_sink_that_hangs() -> None:
    with opened(1000) as office:
        office.wall.gate.clear()
        office.log.info("one")
        office.log.info("two")

        began = time.perf_counter()
        office.writer.finish(0.2)

        assert 0.1 < time.perf_counter() - began < 2.0
