"""Spellings of a key: quoted as in the draft, and plain; several header lines; notes of writes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from shop.core.idempotency.key_spelling import find_other_spelling, is_repeated, is_valid
from tests.idempotency.stub_routes import StubRoutes, is_replay, plain

REPEATED, FORMAT, OTHER_REQUEST, OTHER_PATH = 400007, 400003, 422004, 422003


@pytest.mark.parametrize(
    ("sent", "other"),
    [
        ("k-77", '"k-77"'),
        ('a"b', r'"a\"b"'),
        ("a\\b", r'"a\\b"'),
        ('"', r'"\""'),
        ('"abc', r'"\"abc"'),
        ("a,b", '"a,b"'),
    ],
)
def test_a_key_has_a_plain_and_a_quoted_spelling(sent: str, other: str) -> None:
    assert (find_other_spelling(sent), find_other_spelling(other)) == (other, sent)


@pytest.mark.parametrize("sent", [r'"\"k\""', "x" * 254])
def test_a_spelling_that_cannot_be_sent_is_none(sent: str) -> None:
    assert find_other_spelling(sent) is None


def test_an_empty_inside_is_no_key() -> None:
    assert [is_valid(value) for value in ('""', "", '"', '"a"', "a b", '"a b"')] == [
        False, False, True, True, False, False
    ]  # fmt: skip


def test_a_comma_outside_of_quotes_separates_two_keys() -> None:
    values = ("a,b", '"a","b"', "a,a", '"a,b"', "ab")
    assert [is_repeated(value) for value in values] == [True, True, True, False, False]


@pytest.mark.parametrize(("first", "second"), [("k-77", '"k-77"'), ('"k-77"', "k-77"), ('a"b', r'"a\"b"')])
def test_both_spellings_are_one_key(stub_routes: StubRoutes, first: str, second: str) -> None:
    answers = [stub_routes.post({"a": 1}, key) for key in (first, second, first, second)]

    assert [is_replay(answer) for answer in answers] == [False, True, True, True]
    assert [answer.headers.get("Idempotency-Relayed") for answer in answers] == [None, second, first, second]
    assert stub_routes.shop.rows("SELECT `key` FROM idempotency_records") == [(first,)]
    assert (stub_routes.post({"a": 2}, second).get_json() or {})["code"] == OTHER_REQUEST


def test_both_spellings_at_once_have_one_effect(stub_routes: StubRoutes) -> None:
    entered, released = Event(), Event()

    def respond() -> dict[str, int]:
        entered.set()
        released.wait(20)
        return {"times": len(stub_routes.received)}

    stub_routes.make_response = respond
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(stub_routes.post, None, '"k"')
        assert entered.wait(20)
        second = pool.submit(stub_routes.post, None, "k")
        released.set()
        answers = [first.result(), second.result()]

    assert len(stub_routes.received) == 1
    assert [is_replay(answer) for answer in answers] == [False, True]


@pytest.mark.parametrize("lines", [("a", "b"), ("a", "a"), ('"a"', '"b"')])
def test_two_lines_of_the_header_are_refused(stub_routes: StubRoutes, lines: tuple[str, ...]) -> None:
    client = stub_routes.shop.http.application.test_client()
    headers = [("Authorization", f"Bearer {stub_routes.user}"), *(("Idempotency-Key", line) for line in lines)]

    answer = client.post("/stubs/default", json={}, headers=headers)

    assert (answer.get_json() or {})["code"] == REPEATED
    assert stub_routes.received == []


def test_the_note_of_a_finished_write_lives_as_long_as_its_record(stub_routes: StubRoutes) -> None:
    stub_routes.post(key="k")
    (name,) = stub_routes.shop.redis.keys("*:idempotency:*")

    assert stub_routes.shop.redis.get(name).startswith("|POST ")
    assert 86_300_000 < stub_routes.shop.redis.pttl(name) <= 86_400_000
    # A replay writes the note again that Redis lost.
    stub_routes.shop.redis.delete(name)
    assert is_replay(stub_routes.post(key="k"))
    assert stub_routes.shop.redis.get(name).startswith("|POST ")


def test_a_refused_write_leaves_no_note(stub_routes: StubRoutes) -> None:
    stub_routes.make_response = lambda: plain(409)
    stub_routes.post(key="k")

    assert stub_routes.shop.redis.keys("*:idempotency:*") == []


def test_a_purchase_with_the_key_of_an_expired_write_keeps_its_note(stub_routes: StubRoutes) -> None:
    shop, item = stub_routes.shop, stub_routes.shop.offer(stock=3)
    stub_routes.post(key="k")
    (name,) = shop.redis.keys("*:idempotency:*")
    shop.redis.delete(name)
    stub_routes.expire("k")
    assert shop.send_purchase(item, stub_routes.user, key="k").status_code == 202

    assert (stub_routes.post(key="k").get_json() or {})["code"] == OTHER_PATH
