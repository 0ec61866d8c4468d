"""Fingerprints of requests that spell the same values in another way."""

import hashlib

import pytest

from tests.idempotency.test_fingerprint import of

EQUAL = [
    (b'{"a": 1}', b'{"a": 1.0}'), (b'{"a": 1}', b'{"a": 1e0}'), (b'{"a": 1.00}', b'{"a": 10e-1}'),
    (b'{"a": -0.0}', b'{"a": 0}'), (b'{"a": [1, {"b": 2.0}]}', b'{"a": [1.0, {"b": 2}]}'), (b"3", b"3.0"),
    (b'{"a": 100000000000000000000}', b'{"a": 1e20}'), (b'{"a": 9007199254740992}', b'{"a": 9007199254740992.0}'),
]  # fmt: skip
UNEQUAL = [
    (b'{"a": 1}', b'{"a": 1.5}'), (b'{"a": 1}', b'{"a": true}'), (b'{"a": 1}', b'{"a": "1"}'),
    (b'{"a": 18446744073709551617}', b'{"a": 18446744073709551618}'), (b'{"a": 1e20}', b'{"a": 100000000000000000001}'),
    (b'{"a": 9007199254740993}', b'{"a": 9007199254740992.0}'), (b'{"a": [1, 2]}', b'{"a": [2.0, 1.0]}'),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), EQUAL)
def test_numbers_are_compared_by_their_value(first: bytes, second: bytes) -> None:
    assert of(first).find_difference(of(second).text) is None
    assert of(second).find_difference(of(first).text) is None


@pytest.mark.parametrize(("first", "second"), UNEQUAL)
def test_numbers_of_other_values_are_another_body(first: bytes, second: bytes) -> None:
    assert of(first).find_difference(of(second).text) == "body"
    assert of(second).find_difference(of(first).text) == "body"


def test_a_digest_of_the_previous_release_is_of_the_body_as_it_was_sent() -> None:
    # Literals: what the previous release stored for these bodies.
    assert of(b'{"quantity": 1.0}').body == hashlib.sha256(b'{"quantity":1.0}').hexdigest()[:24]
    assert of(b'{"quantity": 1}').body == hashlib.sha256(b'{"quantity":1}').hexdigest()[:24]


def test_a_body_of_many_numbers_is_compared_in_a_bounded_time() -> None:
    numbers = b"[" + b",".join(b"%d" % number for number in range(20_000)) + b"]"
    assert of(numbers).find_difference(of(b"[1]").text) == "body"
    assert of(numbers).find_difference(of(numbers.replace(b",", b".0,").replace(b"]", b".0]")).text) is None


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ("lang=en", "lang=%65n", None),
        ("a=1&b=2", "b=2&a=1", None),
        ("a=1", "a=1&", None),
        ("a=1", "a=1.0", "query"),
        ("a=1", "a=2", "query"),
        ("a=1", "", "query"),
        ("a=%ff", "a=%fe", "query"),
    ],
)
def test_queries_are_compared_by_their_parameters(first: str, second: str, difference: str | None) -> None:
    assert of(query_string=first).find_difference(of(query_string=second).text) == difference
    assert of(query_string=second).find_difference(of(query_string=first).text) == difference
