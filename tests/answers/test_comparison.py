"""Differences that the comparison of answers has to notice, and values that it has to mask."""

import pytest

from tests.answers.comparison import NAMED_MAX, SHOWN_MAX, compare_records, describe_differences
from tests.answers.masks import check_length, keep_metric_names, mask_answer
from tests.answers.recorder import Recorder
from tests.answers.wsgi_calls import Answer, Call

HEADERS = (("Content-Type", "application/json"), ("X-Request-ID", "0af7651916cd43dd8448eb211c80319c"))
BODY = b'{"code":202,"message":"Accepted","at":"2026-11-20T11:31:20.123456Z"}'
ANSWER = Answer("202 ACCEPTED", HEADERS, BODY)
CHANGED = {
    "another status": ANSWER._replace(status="201 CREATED"),
    "another order of headers": ANSWER._replace(headers=HEADERS[::-1]),
    "another spelling of a header": ANSWER._replace(headers=(("content-type", "application/json"), *HEADERS[1:])),
    "one header more": ANSWER._replace(headers=(*HEADERS, ("Vary", "Accept"))),
    "one header twice": ANSWER._replace(headers=(*HEADERS, HEADERS[0])),
    "another message": ANSWER._replace(body=BODY.replace(b"Accepted", b"accepted")),
    "a blank in the body": ANSWER._replace(body=BODY.replace(b":202", b": 202")),
    "another order of members": ANSWER._replace(body=b'{"message":"Accepted","code":202}'),
    "a line break at the end": ANSWER._replace(body=BODY + b"\n"),
    "a byte that is no text": ANSWER._replace(body=BODY.replace(b"Acc", b"\xff")),
    "another zone of a time": ANSWER._replace(body=BODY.replace(b"Z", b"+00:00")),
    "a time without a zone": ANSWER._replace(body=BODY.replace(b"Z", b"")),
    "a time in whole seconds": ANSWER._replace(body=BODY.replace(b".123456", b"")),
    "a shorter id": ANSWER._replace(headers=(HEADERS[0], ("X-Request-ID", "0af7651916cd43dd"))),
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_a_changed_byte_is_a_difference(changed: Answer) -> None:
    base, other = {"a request": mask_answer(ANSWER)}, {"a request": mask_answer(changed)}

    assert compare_records(base, other) == ["a request"]
    lines = list(describe_differences(base, other))
    assert any(line.startswith("-") for line in lines) or any(line.startswith("+") for line in lines)


def test_values_of_time_and_chance_are_no_difference() -> None:
    other = ANSWER._replace(
        headers=(HEADERS[0], ("X-Request-ID", "b7ad6b71692033318448eb211c80319c")),
        body=BODY.replace(b"11:31:20.123456", b"12:59:01.000000"),
    )

    assert mask_answer(ANSWER) == mask_answer(other)


def test_two_swapped_values_are_a_difference() -> None:
    one, two = b"01a22fb0-4c42-760e-8421-e217d3b30dc5", b"01a22fb0-4c7d-7126-8e8b-d2ba4763daeb"

    def build(*ids: bytes) -> Answer:
        return ANSWER._replace(body=b"[" + b",".join(ids) + b"]")

    assert mask_answer(build(one, two, one)) == mask_answer(build(two, one, two))
    assert mask_answer(build(one, two, one)) != mask_answer(build(one, two, two))


def test_a_wrong_length_beside_a_cursor_is_a_difference() -> None:
    body = b'{"next_cursor":".eJwFwTEOw0AI.oRTBoP8AY7wCPJ"}'
    right, wrong = (
        check_length(Answer("200 OK", (("Content-Length", str(length)),), body)) for length in (len(body), 3)
    )

    assert mask_answer(right) != mask_answer(wrong)


def test_metrics_are_compared_by_their_names() -> None:
    text = '# TYPE a counter\na_total{b="c"} %d\n# HELP d Text.\nd %d\n'
    one, other = (keep_metric_names(ANSWER._replace(body=(text % pair).encode())) for pair in ((1, 2), (3, 4)))

    assert one == other
    assert one.body == b"# HELP d Text.\n# TYPE a counter\n"


def test_a_request_that_one_release_lacks_is_a_difference() -> None:
    assert compare_records({"a": "1", "b": "2"}, {"b": "2", "c": "3"}) == ["a", "c"]


def test_many_differences_are_shown_in_part_and_counted() -> None:
    base = {str(number): "a" for number in range(SHOWN_MAX + NAMED_MAX + 7)}
    lines = list(describe_differences(base, dict.fromkeys(base, "b")))

    assert lines[-1] == "and 7 more"
    assert len([line for line in lines if line.startswith("\n===")]) == SHOWN_MAX


def test_the_record_has_each_answer_of_an_app_as_it_was_sent() -> None:
    def app(environ: dict[str, str], start_response: object) -> list[bytes]:
        if environ["PATH_INFO"] == "/broken":
            raise ValueError("broken")
        start_response("200 OK", [("B", "1"), ("A", environ["HTTP_X_SENT"])])  # type: ignore[operator]
        return [b"one", b" two"]

    recorder = Recorder(section="app")
    for target in ("/a", "/a", "/broken"):
        recorder.record(app, Call("GET", target, {"X-Sent": "2"}, note="x"))

    assert recorder.answers == {
        "app: GET /a [x]": "200 OK\nB: 1\nA: 2\n\none two",
        "app: GET /a [x] #2": "200 OK\nB: 1\nA: 2\n\none two",
        "app: GET /broken [x]": "raised ValueError: broken\n\n",
    }
