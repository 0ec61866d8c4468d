"""Benchmark of refused sign-ins by address (`make bench-sign-in`).

Measures if the response time tells known addresses from unknown ones. Each pair is a refused sign-in with a known and
one with an unknown address, in random order, so that other load on the machine slows both. The statistic is that of
Mann and Whitney: the share of comparisons in which the known address takes longer. One half means that the two cannot
be told apart; `z` is the deviation from it in units of chance.
"""

import random
import sys
from itertools import count
from math import erf, sqrt
from statistics import median

from benchmarks.load.http_client import JsonClient
from benchmarks.load.options import parse_options
from benchmarks.targets.temporary_shop import run_shop
from shop.jobs.seed import DEMO_BUYER

PATH = "/api/v1/auth/login"
WARM_UP_PAIRS = 10
# Chance alone exceeds this once in a hundred runs.
Z_MAX = 2.58
_numbers = count(1)


def main() -> None:
    """Print the medians and the statistic.

    Exits with 1 when known and unknown addresses can be told apart.
    """
    options = parse_options(__doc__, pairs=(1000, "number of pairs"), seed=(1, "seed of the order within the pairs"))
    with run_shop() as shop, JsonClient(shop.bind) as client:
        for _ in range(WARM_UP_PAIRS):
            _refuse(client, known=True), _refuse(client, known=False)
        known, unknown = _measure(client, options.pairs, random.Random(options.seed))
    z, share = compute_mann_whitney(known, unknown)
    p = 1 - erf(abs(z) / sqrt(2))
    print(f"{options.pairs} pairs, seed {options.seed}")
    print(f"known address    median {median(known) * 1000:.2f} ms")
    print(f"unknown address  median {median(unknown) * 1000:.2f} ms")
    print(f"a known one took longer in {share:.1%} of all comparisons (Mann-Whitney z = {z:.2f}, p = {p:.2f})")
    sys.exit(abs(z) > Z_MAX)


def compute_mann_whitney(ones: list[float], others: list[float]) -> tuple[float, float]:
    """Return z, and the share of pairs whose first value is larger."""
    ranked = sorted([(value, True) for value in ones] + [(value, False) for value in others])
    ranks = sum(rank for rank, (_, first) in enumerate(ranked, 1) if first)
    n, m = len(ones), len(others)
    larger = ranks - n * (n + 1) / 2
    return (larger - n * m / 2) / sqrt(n * m * (n + m + 1) / 12), larger / (n * m)


def _measure(client: JsonClient, pairs: int, generator: random.Random) -> tuple[list[float], list[float]]:
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(pairs):
        for known in generator.sample([True, False], 2):
            seconds[known].append(_refuse(client, known=known))
    return seconds[True], seconds[False]


def _refuse(client: JsonClient, *, known: bool) -> float:
    # Addresses of one length: the size of the body must not differ.
    email = DEMO_BUYER[1] if known else f"{next(_numbers):05}@example.com"
    response = client.post(PATH, {"email": email, "password": "Wrong-password-1"})
    if response.status != 401:
        sys.exit(f"{PATH} answered {response.status}: {response.body}")
    return response.seconds


if __name__ == "__main__":
    main()
