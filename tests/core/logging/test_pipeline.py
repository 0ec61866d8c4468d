"""Whoever logs never waits, and nothing that goes wrong behind the queue comes back to it."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.core.logging.recording_sinks import RecordingHandler, RecordingLog, open_log
from tests.support.polling import eventually


@pytest.fixture
def recording_log() -> Iterator[RecordingLog]:
    with open_log(1000) as office:
        yield office


def test_records_are_written_in_order_in_a_thread_of_their_own(recording_log: RecordingLog) -> None:
    for number in range(100):
        recording_log.log.info("number %s", number)
    recording_log.writer.finish(5)

    assert (
        recording_log.sink.messages
        == recording_log.second_sink.messages
        == [f"number {number}" for number in range(100)]
    )
    assert threading.current_thread().name not in recording_log.sink.threads


def test_a_slow_sink_makes_nobody_wait(recording_log: RecordingLog) -> None:
    recording_log.sink.gate.clear()

    began = time.perf_counter()
    for number in range(500):
        recording_log.log.info("number %s", number)
    took = time.perf_counter() - began

    assert recording_log.sink.entries == []
    assert took < 1.0


def test_a_full_queue_drops_what_comes_and_counts_it() -> None:
    with open_log(10) as office:
        office.sink.gate.clear()
        office.log.info("first")
        eventually(office.intake.pending.empty, 5)

        for number in range(25):
            office.log.info("number %s", number)
        office.sink.gate.set()
        office.writer.finish(5)

        told = [message for message in office.sink.messages if message != "Records of the log were dropped"]
        assert told == ["first", *(f"number {number}" for number in range(10))]
        assert office.counted == ["queue"] * 15


def test_the_log_says_itself_what_it_lost() -> None:
    with open_log(1) as office:
        office.sink.gate.clear()
        office.log.info("first")
        eventually(office.intake.pending.empty, 5)
        for _ in range(5):
            office.log.info("more")
        office.sink.gate.set()
        office.writer.finish(5)

        (said,) = [entry for entry in office.sink.entries if "dropped" in entry]
        assert (said["level"], said["dropped"]) == ("warning", {"queue": 4})


def test_a_sink_that_fails_troubles_neither_the_others_nor_whoever_logs(recording_log: RecordingLog) -> None:
    recording_log.sink.failing = True

    for number in range(3):
        recording_log.log.info("number %s", number)
    eventually(lambda: len(recording_log.second_sink.entries) >= 3, 5)
    recording_log.sink.failing = False
    recording_log.log.info("after")
    recording_log.writer.finish(5)

    # The notice of it may be lost as well.
    assert set(recording_log.counted) == {"wall"}
    assert len(recording_log.counted) in (3, 4)
    assert recording_log.sink.messages[-1] == "after"
    assert [message for message in recording_log.second_sink.messages if message.startswith("number")] == [
        f"number {n}" for n in range(3)
    ]


def test_a_sentence_is_put_together_where_it_is_said(recording_log: RecordingLog) -> None:
    recording_log.sink.gate.clear()
    things = ["one"]

    recording_log.log.info("There are %s", things)
    things.append("two")
    recording_log.sink.gate.set()
    recording_log.writer.finish(5)

    assert recording_log.sink.messages == ["There are ['one']"]


def test_a_failure_is_logged_with_its_trace_and_keeps_nothing_alive(recording_log: RecordingLog) -> None:
    recording_log.log.addHandler(shelf := RecordingHandler())

    try:
        raise ValueError("password=Hunter-2")
    except ValueError:
        recording_log.log.exception("It failed")
    recording_log.writer.finish(5)

    (entry,) = recording_log.sink.entries
    assert "ValueError: password=***" in entry["exception"]
    assert entry["exception"].startswith("Traceback")
    # Other handlers of the same record are still told what was raised.
    assert shelf.records[0].exc_info


@pytest.mark.parametrize(("words", "values"), [("%d pieces", ("many",)), ("%s and %s", (1,)), ({"a": 1}, ())])
def test_a_slip_in_a_log_call_is_no_failure_of_its_caller(
    recording_log: RecordingLog, words: Any, values: tuple[Any, ...]
) -> None:
    recording_log.log.error(words, *values)
    recording_log.writer.finish(5)

    assert len(recording_log.sink.entries) == 1


def test_a_minute_ends_when_nobody_logs_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.core.logging.pipeline.TICK_SECONDS", 0.01)
    with open_log(1000) as office:
        for _ in range(30):
            office.log.error("Redis failed")
        monkeypatch.setattr("shop.core.logging.pipeline.time.time", lambda now=time.time: now() + 60)

        eventually(lambda: any("20 more like this" in message for message in office.sink.messages), 5)


def test_what_waits_is_written_before_the_end(recording_log: RecordingLog) -> None:
    for number in range(300):
        recording_log.log.warning(f"number {number}")

    recording_log.writer.finish(5)

    assert len(recording_log.sink.entries) == 300


def test_the_end_does_not_wait_for_a_sink_that_hangs() -> None:
    with open_log(1000) as office:
        office.sink.gate.clear()
        office.log.info("one")
        office.log.info("two")

        began = time.perf_counter()
        office.writer.finish(0.2)

        assert 0.1 < time.perf_counter() - began < 2.0
