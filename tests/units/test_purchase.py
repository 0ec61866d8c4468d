"""Purchase ids and wait preferences."""

from itertools import combinations, product

import pytest

from shop.constants.order import WAIT_MAX_SECONDS
from shop.supports.purchase import derive_purchase_id, parse_wait_preference

PATH = "/api/v1/items/1/purchase"
# A plain concatenation of the parts would be equal in each pair.
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


@pytest.mark.parametrize(("first", "second"), COLLIDING)
def test_parts_with_equal_concatenations_have_different_ids(
    first: tuple[int, int, str, str], second: tuple[int, int, str, str]
) -> None:
    assert derive_purchase_id(*first) != derive_purchase_id(*second)


def test_equal_parts_have_equal_ids() -> None:
    assert derive_purchase_id(1, 7, PATH, "key") == derive_purchase_id(1, 7, PATH, "key")


def test_each_part_changes_the_id() -> None:
    parts = product((1, 2), (1, 2), ("/a", "/b"), ("k", "l"))
    assert all(derive_purchase_id(*first) != derive_purchase_id(*second) for first, second in combinations(parts, 2))


def test_the_id_of_a_purchase_never_changes() -> None:
    # Another value would let a retry across a deployment buy twice.
    assert str(derive_purchase_id(1, 7, PATH, "key")) == "c8756a7a-c02b-5fbf-94f9-f17d94f2fa65"


@pytest.mark.parametrize(("prefer", "seconds"), PREFER)
def test_the_wait_preference_is_parsed_and_capped(prefer: str | None, seconds: int) -> None:
    assert parse_wait_preference(prefer) == seconds
