"""`make bench-limits`: what limits add to a look at an item and to a purchase, held against the same server without.

The two servers share their stores and take turns request by request, so that whatever else the machine does troubles
both: trust the ratios.
"""

import argparse
import os
from collections.abc import Callable, Mapping
from statistics import median

from benchmarks.accounts import Accounts
from benchmarks.client import Client
from benchmarks.keys import PIECES, WARM, Asker, measure
from benchmarks.sale import offer, wait_for
from benchmarks.service import LIMITS, Shop, free_port, open_shop, stop, wait_until_ready
from benchmarks.table import percentile

# Counted as any other, but never reached.
GENEROUS = "900000000/minute"
KINDS = ("look", "unknown path", "purchase", "keyed purchase")


def main() -> None:
    """Print the medians of each kind, and their ratios."""
    options = _options()
    database = os.environ.get("SHOP_DATABASE_URL", "")
    words = {"database_url": database} if database else {}
    with open_shop(**words) as shop:
        bind = f"127.0.0.1:{free_port()}"
        process = shop.start("flask", "shop", "web", SHOP_BIND=bind, **dict.fromkeys(LIMITS, GENEROUS))
        try:
            wait_until_ready(shop, bind, process)
            taken, ratios = _rounds(_kinds(shop, bind), options)
        finally:
            stop(process)
    print(f"{'kind':<24}{'p50 ms':>9}{'p99 ms':>9}")
    for name, seconds in taken.items():
        ordered = sorted(seconds)
        print(f"{name:<24}{percentile(ordered, 50) * 1000:>9.2f}{percentile(ordered, 99) * 1000:>9.2f}")
    print()
    for name, ratio in ratios.items():
        print(f"{f'limited {name} / {name}':<42}{median(ratio):.2f}")


def _rounds(
    kinds: Mapping[str, Callable[[], float]], options: argparse.Namespace
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    measure(kinds, WARM, {name: [] for name in kinds})
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    ratios: dict[str, list[float]] = {name: [] for name in KINDS}
    for number in range(options.rounds):
        once: dict[str, list[float]] = {name: [] for name in kinds}
        measure(kinds, options.requests, once, backwards=bool(number % 2))
        for name, seconds in once.items():
            taken[name] += seconds
        for name, ratio in ratios.items():
            ratio.append(median(once[f"limited {name}"]) / median(once[name]))
    return taken, ratios


def _kinds(shop: Shop, limited: str) -> Mapping[str, Callable[[], float]]:
    item_id = offer(shop, PIECES)
    buyer = Accounts.of(shop.container()).sign_up(1)[0]
    wait_for("accepted", Client(shop.bind, buyer), item_id, 1)
    return {**_of("", shop.bind, item_id, buyer), **_of("limited ", limited, item_id, buyer)}


def _of(word: str, bind: str, item_id: int, token: str) -> dict[str, Callable[[], float]]:
    path = f"/api/v1/items/{item_id}"
    look, nowhere = Asker(bind, path, token, None, "GET"), Asker(bind, "/api/v1/nowhere", token, None, "GET", 404)
    purchase = Asker(bind, f"{path}/purchase", token, b'{"quantity": 1}')
    asked = (look.ask, nowhere.ask, purchase.ask, purchase.ask_keyed)
    return {f"{word}{name}": ask for name, ask in zip(KINDS, asked, strict=True)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how often to measure")
    parser.add_argument("--requests", type=int, default=200, help="requests of each kind in a round")
    return parser.parse_args()


if __name__ == "__main__":
    main()
