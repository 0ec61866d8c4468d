"""Seeded samples of large generated products.

`make test` runs a sample of them, `make test-all` (SHOP_TEST_ALL=1) all. The sample is taken at collection, in each
test worker by itself, so it depends only on the arguments and on the environment, which the workers share.
"""

import os
from collections.abc import Callable, Hashable, Sequence
from random import Random
from typing import TypeVar

ALL_VARIABLE, SEED_VARIABLE = "SHOP_TEST_ALL", "SHOP_TEST_SEED"
DEFAULT_SEED = 14
T = TypeVar("T")


def runs_all() -> bool:
    """Return True where whole products are run."""
    return os.environ.get(ALL_VARIABLE) == "1"


def read_seed() -> int:
    """Return the seed of this run's samples; SHOP_TEST_SEED sets it."""
    return int(os.environ.get(SEED_VARIABLE) or DEFAULT_SEED)


def describe() -> str:
    """Return the line of the header that tells how to repeat this run's samples."""
    if runs_all():
        return f"samples: whole products ({ALL_VARIABLE}=1)"
    return f"samples: {SEED_VARIABLE}={read_seed()}; {ALL_VARIABLE}=1 runs whole products"


def sample(
    cases: Sequence[T], count: int, seed: int | None = None, *, key: Callable[[T], Hashable] | None = None
) -> list[T]:
    """Draw `count` cases, in their order, with at least one of each kind.

    `key` returns the kind of a case; there are more than `count` cases where there are more kinds. All cases are
    returned with SHOP_TEST_ALL=1. The cases are a sequence, because a set has another order in each test worker.
    """
    if runs_all():
        return list(cases)
    draw = Random(read_seed() if seed is None else seed)
    indexes = draw.sample(range(len(cases)), len(cases))
    chosen = set({key(cases[index]): index for index in indexes}.values()) if key else set()
    others = [index for index in indexes if index not in chosen]
    return [cases[index] for index in sorted([*chosen, *others[: max(0, count - len(chosen))]])]
