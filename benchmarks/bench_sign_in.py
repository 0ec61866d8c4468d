"""`make bench-sign-in`: whether the time of a refused sign-in tells known addresses from unknown ones.

Pairs of refused sign-ins, a known and an unknown address in random order, so that whatever else the machine does
troubles both. The statistic is that of Mann and Whitney: how often a sign-in of the one kind takes longer than one of
the other. One half is what nobody can tell apart; `z` says how far chance would take it.
"""

import argparse
import random
import sys
from itertools import count
from math import erf, sqrt
from statistics import median

from benchmarks.load.http_client import Client
from benchmarks.targets.temporary_shop import open_shop
from shop.jobs.seed import DEMO_BUYER

PATH = "/api/v1/auth/login"
WARM = 10
# What chance alone exceeds once in a hundred times.
Z_MAX = 2.58
_numbers = count(1)


def main() -> None:
    """Print the medians and the statistic; exit code 1 when the two can be told apart."""
    options = _options()
    with open_shop() as shop, Client(shop.bind) as client:
        for _ in range(WARM):
            _refuse(client, known=True), _refuse(client, known=False)
        known, unknown = _measure(client, options.pairs, random.Random(options.seed))
    z, share = mann_whitney(known, unknown)
    p = 1 - erf(abs(z) / sqrt(2))
    print(f"{options.pairs} pairs, seed {options.seed}")
    print(f"known address    median {median(known) * 1000:.2f} ms")
    print(f"unknown address  median {median(unknown) * 1000:.2f} ms")
    print(f"a known one took longer in {share:.1%} of all comparisons (Mann-Whitney z = {z:.2f}, p = {p:.2f})")
    sys.exit(abs(z) > Z_MAX)


def mann_whitney(ones: list[float], others: list[float]) -> tuple[float, float]:
    """(z, how often one of the first kind is larger than one of the second)."""
    ranked = sorted([(value, True) for value in ones] + [(value, False) for value in others])
    ranks = sum(rank for rank, (_, first) in enumerate(ranked, 1) if first)
    n, m = len(ones), len(others)
    larger = ranks - n * (n + 1) / 2
    return (larger - n * m / 2) / sqrt(n * m * (n + m + 1) / 12), larger / (n * m)


def _measure(client: Client, pairs: int, chance: random.Random) -> tuple[list[float], list[float]]:
    taken: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(pairs):
        for known in chance.sample([True, False], 2):
            taken[known].append(_refuse(client, known=known))
    return taken[True], taken[False]


def _refuse(client: Client, *, known: bool) -> float:
    # Addresses of one length: the body is not what is measured.
    email = DEMO_BUYER[1] if known else f"{next(_numbers):05}@example.com"
    answer = client.post(PATH, {"email": email, "password": "Wrong-password-1"})
    if answer.status != 401:
        sys.exit(f"{PATH} answered {answer.status}: {answer.body}")
    return answer.seconds


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1000, help="how many pairs")
    parser.add_argument("--seed", type=int, default=1, help="of the order within the pairs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
