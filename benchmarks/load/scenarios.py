"""What takes turns in each round: who is asked, for what, and how."""

from enum import StrEnum
from typing import NamedTuple

CONNECTIONS = 64
# Purchases a second of the open loop; its latencies are counted from the planned moments.
RATE = 300
PURCHASE = "/api/v1/items/{}/purchase"


class Goods(StrEnum):
    """What the buyers of a turn want."""

    # One item that never runs out.
    HOT = "hot"
    # The same, for the open loop alone.
    QUIET = "quiet"
    # A hundred items.
    MANY = "many"
    # One item with a hundredth of the pieces that are asked for.
    FEW = "few"


class Kind(NamedTuple):
    """One way to ask, which takes its turn in each round; `server` is empty where no server is asked."""

    name: str
    says: str
    server: str = "script"
    path: str = PURCHASE
    goods: Goods = Goods.HOT
    rate: int = 0
    keyed: bool = False
    worker_stands: bool = False


STRATEGIES = ("script", "watch", "lock", "db")
HOT = (
    Kind("ceiling", "the script alone, no HTTP: two processes of four threads reserve in a loop", server=""),
    Kind("raw", "a WSGI callable without Flask that checks the token, runs the same script, answers in JSON",
         server="raw", path="/raw/{}"),
    Kind("bare", "a plain Flask view: token, JSON in and out, nothing is bought", server="bare", path="/bare/{}"),
    Kind("same", "the purchase's route with all its declarations, nothing is bought", server="bare",
         path="/same/{}"),
    Kind("script", "the purchase as it is: one script, one worker that writes in batches"),
    Kind("jobs", "the same, but each purchase asks for an RQ job of its own", server="jobs"),
    Kind("watch", "`SHOP_PURCHASE_STRATEGY=watch`", server="watch"),
    Kind("lock", "`SHOP_PURCHASE_STRATEGY=lock`", server="lock"),
    Kind("db", "`SHOP_PURCHASE_STRATEGY=db`", server="db"),
)  # fmt: skip
MANY = (Kind("100 items", "`script`, each of 64 connections buys another of 100 items in turn", goods=Goods.MANY),)
STORMS = (
    Kind("sold out", "`script`, pieces for about 1 % of the requests", goods=Goods.FEW),
    Kind("sold out, keyed", "the same, each request with an Idempotency-Key", goods=Goods.FEW, keyed=True),
)
OPEN = tuple(
    Kind(
        f"{name} at {RATE}/s",
        f"`{name}`, {RATE} requests a second at planned moments",
        name,
        PURCHASE,
        Goods.QUIET,
        RATE,
    )
    for name in STRATEGIES
)
BACKLOG = (Kind("backlog", "`script` while the worker stands still; then it writes what waits", worker_stands=True),)
KINDS = (*HOT, *MANY, *STORMS, *OPEN, *BACKLOG)
