"""Pure functions about purchases."""

from itertools import combinations, product

import pytest

from shop.constants.order import WAIT_MAX_SECONDS
from shop.supports.purchase import derive_purchase_id, parse_wait_preference

PATH = "/api/v1/items/1/purchase"
# Joined without care, each pair would run together into one text.
COLLIDING = [
    ((1, 11, PATH, "k"), (11, 1, PATH, "k")),
    ((1, 1, "/a", "b/c"), (1, 1, "/a/b", "c")),
    ((1, 1, "/a", ",b"), (1, 1, "/a,", "b")),
    ((1, 1, '/a"', "b"), (1, 1, "/a", '"b')),
    ((1, 1, '/a", "b', "c"), (1, 1, "/a", 'b", "c')),
    ((1, 1, "/a|b", "c"), (1, 1, "/a", "b|c")),
    ((1, 1, "/a\\", "b"), (1, 1, "/a", "\\b")),
    ((1, 1, "", "/ab"), (1, 1, "/ab", "")),
    ((12, 3, PATH, "k"), (1, 23, PATH, "k")),
    ((1, 1, PATH, "k"), (1, 1, PATH, "K")),
]
PREFER = [
    (None, 0),
    ("", 0),
    ("wait=0", 0),
    ("wait=2", 2),
    ("respond-async, wait=3", 3),
    ("wait=3; respond-async", 3),
    ("respond-async,wait=3", 3),
    ("wait=1, wait=5", 1),
    ("wait=9999", WAIT_MAX_SECONDS),
    ("wait=999999999", WAIT_MAX_SECONDS),
    ("wait=9999999999", 0),
    ('Wait = "3"', 3),
    ('wait="3', 0),
    ("wait=-1", 0),
    ("wait=2.5", 0),
    ("wait=two", 0),
    ("wait", 0),
    ("wait=", 0),
    ("await=2", 0),
    ("wait=2x", 0),
    ("wait=٣", 0),
]


@pytest.mark.parametrize(("one", "other"), COLLIDING)
def test_parts_that_run_together_still_give_two_purchases(
    one: tuple[int, int, str, str], other: tuple[int, int, str, str]
) -> None:
    assert derive_purchase_id(*one) != derive_purchase_id(*other)


def test_the_same_words_are_the_same_purchase() -> None:
    assert derive_purchase_id(1, 7, PATH, "key") == derive_purchase_id(1, 7, PATH, "key")


def test_each_part_makes_another_purchase() -> None:
    words = product((1, 2), (1, 2), ("/a", "/b"), ("k", "l"))
    assert all(derive_purchase_id(*one) != derive_purchase_id(*other) for one, other in combinations(words, 2))


def test_the_id_of_a_purchase_never_changes() -> None:
    # Another value would let every retry that crosses a deployment buy twice.
    assert str(derive_purchase_id(1, 7, PATH, "key")) == "c8756a7a-c02b-5fbf-94f9-f17d94f2fa65"


@pytest.mark.parametrize(("prefer", "seconds"), PREFER)
def test_a_client_waits_as_long_as_it_says_and_no_longer_than_we_let_it(prefer: str | None, seconds: int) -> None:
    assert parse_wait_preference(prefer) == seconds
