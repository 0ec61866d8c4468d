"""Trace context: request ids, trace ids, and their propagation to jobs."""

import re

import pytest

from shop.core.trace import create_request_trace, current_trace, in_job, record_created, set_trace

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{PARENT}-01"


@pytest.mark.parametrize("request_id", ["a", "A-1_b.c:d/e+f=g~h", "x" * 128, "0192f8f4-9d2c-7b51-8000-3f1e0a7c9b11"])
def test_a_valid_request_id_is_kept(request_id: str) -> None:
    assert create_request_trace(request_id, "").request_id == request_id


@pytest.mark.parametrize(
    "request_id", ["", " ", "a b", "a\n", "a\r\nSet-Cookie: x", "x" * 129, "a,b", '"a"', "é", "<a>", "\x00"]
)
def test_a_malformed_request_id_is_replaced(request_id: str) -> None:
    trace = create_request_trace(request_id, "")

    assert trace.request_id != request_id
    assert len(trace.request_id) == 32
    assert trace.request_id == trace.trace_id


def test_a_received_trace_is_continued_by_a_span_of_its_own() -> None:
    traces = [create_request_trace("mine", header) for header in (GOOD, GOOD, f"01-{TRACE}-{PARENT}-00-what-follows")]

    assert {(trace.request_id, trace.trace_id) for trace in traces} == {("mine", TRACE)}
    fields = [trace.traceparent.split("-") for trace in traces]
    assert [(version, trace_id, flags) for version, trace_id, _, flags in fields] == [
        ("00", TRACE, "01"), ("00", TRACE, "01"), ("00", TRACE, "00"),
    ]  # fmt: skip
    spans = {span for _, _, span, _ in fields} - {PARENT, "0" * 16}
    assert len(spans) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", span) for span in spans)


def test_a_later_version_of_the_header_may_have_more_fields() -> None:
    assert create_request_trace("", f"01-{TRACE}-{PARENT}-01-what-follows").trace_id == TRACE


@pytest.mark.parametrize(
    "header",
    [
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE[1:]}-{PARENT}-01",
        f"{GOOD}-more",
        f"{GOOD}\n",
        f"01-{TRACE}-{PARENT}-01-{'x' * 201}",
        f"{GOOD},{GOOD}",
        "nonsense",
    ],
)
def test_a_malformed_trace_is_replaced_and_not_echoed(header: str) -> None:
    trace = create_request_trace("", header)

    assert trace.trace_id != TRACE
    assert trace.traceparent == ""


def test_request_ids_are_unique() -> None:
    assert len({create_request_trace("", "").request_id for _ in range(1000)}) == 1000


def test_a_job_carries_the_ids_of_its_request() -> None:
    request_trace = create_request_trace("mine", GOOD)

    with in_job("job-1", request_trace.propagated_ids) as trace:
        assert current_trace() is trace
        assert (trace.request_id, trace.trace_id, trace.job) == ("mine", TRACE, "job-1")

    assert current_trace() is None


def test_a_job_without_a_request_has_its_own_id() -> None:
    with in_job("job-1", {}) as first, in_job("job-2", {}) as second:
        assert first.request_id != second.request_id


def test_created_ids_are_recorded_for_the_running_request_only() -> None:
    record_created("before")
    set_trace(trace := create_request_trace("mine", ""))
    record_created("one", 2)
    set_trace(None)
    record_created("after")

    assert trace.created_ids == ["one", "2"]
