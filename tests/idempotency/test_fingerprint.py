"""Fingerprints of equal and of different requests."""

from io import BytesIO
from typing import Any

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from shop.core.idempotency.fingerprint import Fingerprint, compute_fingerprint

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def of(body: bytes = b"", kind: str = JSON, **options: Any) -> Fingerprint:
    """Compute the fingerprint of a POST with these bytes."""
    excluded = options.pop("excluded", ())
    compare = options.pop("compare", True)
    builder = EnvironBuilder(**{"method": "POST", "path": "/x", "data": body, "content_type": kind, **options})
    return compute_fingerprint(Request(builder.get_environ()), excluded, body=compare)


def multipart(boundary: str, *parts: tuple[str, str, bytes]) -> Fingerprint:
    """Compute the fingerprint of a multipart body.

    Each part is (name, file name or "", content).
    """
    body = b""
    for name, file, content in parts:
        more = f'; filename="{file}"\r\nContent-Type: text/plain' if file else ""
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode()
        body += content + b"\r\n"
    return of(body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}")


def test_json_is_compared_regardless_of_key_order_and_whitespace() -> None:
    assert of(b'{"a": 1, "b": [1, {"c": 2, "d": 3}]}') == of(b'{"b":[1,{"d":3,"c":2}],\n"a":1}')


@pytest.mark.parametrize("body", [b'{"a": 2}', b'{"a": "1"}', b'{"a": 1, "b": null}', b"[1]", b"", b"{"])
def test_different_json_is_another_body(body: bytes) -> None:
    assert of(b'{"a": 1}').find_difference(of(body).text) == "body"


def test_the_order_of_a_json_list_matters() -> None:
    assert of(b"[1, 2]") != of(b"[2, 1]")


def test_malformed_json_is_compared_by_its_bytes() -> None:
    assert of(b"{") == of(b"{")
    assert of(b"{") != of(b"{ ")


def test_deeply_nested_json_has_a_fingerprint() -> None:
    deep = b"[" * 500 + b"]" * 500

    assert of(deep) == of(deep)
    assert of(deep) != of(b"[" + deep + b"]")


def test_excluded_fields_may_differ_and_others_may_not() -> None:
    assert of(b'{"a": 1, "at": 1}', excluded=["at"]) == of(b'{"at": 2, "a": 1}', excluded=["at"])
    assert of(b'{"a": 1, "at": 1}', excluded=["at"]) != of(b'{"a": 2, "at": 1}', excluded=["at"])


def test_without_comparing_only_method_path_and_query_count() -> None:
    assert of(b'{"a": 1}', compare=False) == of(b"a=2", FORM, compare=False)
    assert of(path="/y", compare=False) != of(path="/x", compare=False)


@pytest.mark.parametrize(
    ("part", "options"),
    [
        ("method", {"method": "PUT"}),
        ("path", {"path": "/y"}),
        ("query", {"query_string": "a=2"}),
        ("media type", {"content_type": "text/plain"}),
        ("body", {"data": b"{}"}),
    ],
)
def test_the_part_that_differs_is_named(part: str, options: dict[str, Any]) -> None:
    first = of(query_string="a=1")

    assert of(**{"query_string": "a=1", **options}).find_difference(first.text) == part


def test_parameters_of_the_media_type_do_not_matter() -> None:
    assert of(b"{}", JSON) == of(b"{}", f"{JSON}; charset=utf-8")


def test_a_form_is_compared_by_its_pairs_in_their_order() -> None:
    assert of(b"a=1&b=x%20y", FORM) == of(b"a=%31&b=x+y", FORM)
    assert of(b"a=1&b=2", FORM) != of(b"b=2&a=1", FORM)
    assert of(b"a=&b=2", FORM) != of(b"b=2", FORM)


def test_form_values_that_are_not_utf8_are_compared_by_their_bytes() -> None:
    assert of(b"a=%ff", FORM) != of(b"a=%fe", FORM)
    assert of(b"a=\xff", FORM) == of(b"a=%ff", FORM)


def test_the_boundary_of_a_multipart_body_does_not_matter() -> None:
    parts = ("a", "", b"1"), ("f", "f.txt", b"content")

    assert multipart("one", *parts) == multipart("another", *parts)


@pytest.mark.parametrize(
    "parts",
    [
        [("a", "", b"2"), ("f", "f.txt", b"content")],
        [("b", "", b"1"), ("f", "f.txt", b"content")],
        [("a", "", b"1"), ("f", "g.txt", b"content")],
        [("a", "", b"1"), ("f", "f.txt", b"other")],
        [("a", "", b"1")],
    ],
)
def test_another_part_is_another_body(parts: list[tuple[str, str, bytes]]) -> None:
    assert multipart("one", ("a", "", b"1"), ("f", "f.txt", b"content")) != multipart("one", *parts)


def test_a_malformed_multipart_body_is_compared_by_its_bytes() -> None:
    kind = "multipart/form-data; boundary=x"

    assert of(b"one", kind) == of(b"one", kind)
    assert of(b"one", kind) != of(b"two", kind)


def test_any_other_body_is_compared_by_its_bytes() -> None:
    assert of(b"a", "text/plain") == of(b"a", "text/plain")
    assert of(b"a", "text/plain") != of(b"a ", "text/plain")


def test_reading_the_fingerprint_leaves_the_body_to_the_handler() -> None:
    environ = EnvironBuilder(method="POST", input_stream=BytesIO(b'{"a": 1}'), content_length=8, content_type=JSON)
    request = Request(environ.get_environ())
    compute_fingerprint(request)

    assert request.get_data() == b'{"a": 1}'


@pytest.mark.parametrize("file", ["", "photo.txt"])
def test_every_part_of_a_repeated_name_is_compared(file: str) -> None:
    bodies = [[("photo", file, b"first"), ("photo", file, second)] for second in (b"second", b"third", b"second")]
    first, other, again = (multipart("x", *parts) for parts in bodies)

    assert first.find_difference(other.text) == "body"
    assert first == again
