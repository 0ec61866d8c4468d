"""Where work comes from: what a request may call itself, and what its jobs carry."""

import pytest

from shop.core.trace import create_request_trace, current_trace, in_job, record_created, set_trace

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{PARENT}-01"


@pytest.mark.parametrize("name", ["a", "A-1_b.c:d/e+f=g~h", "x" * 128, "0192f8f4-9d2c-7b51-8000-3f1e0a7c9b11"])
def test_a_request_may_bring_its_id(name: str) -> None:
    assert create_request_trace(name, "").request_id == name


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a\n", "a\r\nSet-Cookie: x", "x" * 129, "a,b", '"a"', "é", "<a>", "\x00"]
)
def test_an_id_that_is_none_is_made_anew(name: str) -> None:
    trace = create_request_trace(name, "")

    assert trace.request_id != name
    assert len(trace.request_id) == 32
    assert trace.request_id == trace.trace_id


def test_a_trace_goes_on_under_its_own_id_and_is_echoed_as_it_came() -> None:
    trace = create_request_trace("mine", GOOD)

    assert (trace.request_id, trace.trace_id, trace.parent) == ("mine", TRACE, GOOD)


def test_a_later_version_of_the_header_may_say_more() -> None:
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
def test_a_malformed_trace_is_made_anew_and_not_echoed(header: str) -> None:
    trace = create_request_trace("", header)

    assert trace.trace_id != TRACE
    assert trace.parent == ""


def test_no_two_requests_have_one_id() -> None:
    assert len({create_request_trace("", "").request_id for _ in range(1000)}) == 1000


def test_a_job_works_for_the_request_that_asked_for_it() -> None:
    asked = create_request_trace("mine", GOOD)

    with in_job("job-1", asked.propagated_ids) as trace:
        assert current_trace() is trace
        assert (trace.request_id, trace.trace_id, trace.job) == ("mine", TRACE, "job-1")

    assert current_trace() is None


def test_a_job_that_nobody_traced_has_an_id_of_its_own() -> None:
    with in_job("job-1", {}) as one, in_job("job-2", {}) as other:
        assert one.request_id != other.request_id


def test_what_came_into_being_is_known_of_the_running_request_alone() -> None:
    record_created("before")
    set_trace(trace := create_request_trace("mine", ""))
    record_created("one", 2)
    set_trace(None)
    record_created("after")

    assert trace.created_ids == ["one", "2"]
