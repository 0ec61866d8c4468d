"""`make bench-limits`: what limits add to a look at an item and to a purchase, held against the same server without.

The two servers share their stores and take turns request by request, so that whatever else the machine does troubles
both: trust the ratios.
"""

import os
from collections.abc import Callable, Mapping
from statistics import median

from benchmarks.bench_idempotency_keys import PIECES, Asker
from benchmarks.load.accounts import Accounts
from benchmarks.load.http_client import Client
from benchmarks.load.interleaved_rounds import options, take_turns
from benchmarks.load.sale_setup import offer, wait_for
from benchmarks.targets.temporary_shop import LIMITS, Shop, free_port, open_shop, stop, wait_until_ready

# Counted as any other, but never reached.
GENEROUS = "900000000/minute"
KINDS = ("look", "unknown path", "purchase", "keyed purchase")


def main() -> None:
    """Print the medians of each kind, and their ratios."""
    said = options(__doc__, rounds=9)
    database = os.environ.get("SHOP_DATABASE_URL", "")
    words = {"database_url": database} if database else {}
    with open_shop(**words) as shop:
        bind = f"127.0.0.1:{free_port()}"
        process = shop.start("flask", "shop", "web", SHOP_BIND=bind, **dict.fromkeys(LIMITS, GENEROUS))
        try:
            wait_until_ready(shop, bind, process)
            against = {f"limited {name}": name for name in KINDS}
            turns = take_turns(_kinds(shop, bind), against, said)
        finally:
            stop(process)
    turns.print_times(width=24)
    for name, ratio in turns.ratios.items():
        print(f"{f'{name} / {against[name]}':<42}{median(ratio):.2f}")


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


if __name__ == "__main__":
    main()
