"""Scenarios of the purchase benchmark."""

from enum import StrEnum
from typing import NamedTuple

CONNECTIONS = 64
# Purchases a second of the open loop.
OPEN_LOOP_RATE = 300
PURCHASE_PATH = "/api/v1/items/{}/purchase"
PURCHASE_BODY = b'{"quantity": 1}'


class ItemSet(StrEnum):
    """Items that a scenario buys."""

    # One item that never runs out.
    HOT = "hot"
    # The same, for the open loop alone.
    QUIET = "quiet"
    # A hundred items.
    MANY = "many"
    # One item with pieces for about a hundredth of the requests.
    FEW = "few"


class Scenario(NamedTuple):
    """Way to send requests; an empty `server` means the script without HTTP.

    A `rate` of 0 means a closed loop. One that does not sell is not counted against the written orders.
    """

    name: str
    description: str
    server: str = "script"
    path: str = PURCHASE_PATH
    item_set: ItemSet = ItemSet.HOT
    rate: int = 0
    with_keys: bool = False
    worker_paused: bool = False
    reads: bool = False
    sells: bool = True


STRATEGIES = ("script", "watch", "lock", "db")
HOT_ITEM = (
    Scenario("ceiling", "the script alone, no HTTP: two processes of four threads reserve in a loop", server=""),
    Scenario("raw", "a WSGI callable without Flask that checks the token, runs the same script, answers in JSON",
             server="raw", path="/raw/{}"),
    Scenario("plain", "a Flask view in an app without the shop's hooks: token, JSON in and out, nothing is bought",
             server="plain", path="/plain/{}", sells=False),
    Scenario("bare", "the same view in the shop's app, with its hooks", server="bare", path="/bare/{}", sells=False),
    Scenario("same", "the purchase's route with all its declarations, nothing is bought", server="bare",
             path="/same/{}", sells=False),
    Scenario("script", "the purchase as it is: one script, one worker that writes in batches"),
    Scenario("keyed", "the same, each request with a new Idempotency-Key", with_keys=True),
    Scenario("jobs", "`script`, but each purchase enqueues an RQ job of its own", server="jobs"),
    Scenario("watch", "`SHOP_PURCHASE_STRATEGY=watch`", server="watch"),
    Scenario("lock", "`SHOP_PURCHASE_STRATEGY=lock`", server="lock"),
    Scenario("db", "`SHOP_PURCHASE_STRATEGY=db`", server="db"),
)  # fmt: skip
PEERS = (
    Scenario("fastapi", "the same script behind FastAPI with uvicorn, two processes with uvloop; no idempotency,"
             " no limits, no envelope, no log", server="fastapi", path="/fastapi/{}"),
    Scenario("go", "the same script behind Go's net/http; no idempotency, no limits, no envelope, no log", server="go",
             path="/go/{}"),
    Scenario("classic", "the recipe of tutorials in plain Flask: lock, read, write, one RQ job per order; no"
             " idempotency, no limits, no envelope, no log", server="classic", path="/classic/{}"),
)  # fmt: skip
MANY_ITEMS = (
    Scenario("100 items", "`script`, each of 64 connections buys another of 100 items in turn", item_set=ItemSet.MANY),
)
READS = (
    Scenario("item", "the details of an item on sale, without sales meanwhile", path="/api/v1/items/{}", reads=True,
             item_set=ItemSet.QUIET, sells=False),
    Scenario("list", "a list of fifteen items", path="/api/v1/items?per_page=15", item_set=ItemSet.MANY, reads=True,
             sells=False),
)  # fmt: skip
SOLD_OUT = (
    Scenario("sold out", "`script`, pieces for about 1 % of the requests", item_set=ItemSet.FEW),
    Scenario("sold out, keyed", "the same, each request with an Idempotency-Key", item_set=ItemSet.FEW, with_keys=True),
)
OPEN_LOOP = tuple(
    Scenario(
        f"{name} at {OPEN_LOOP_RATE}/s",
        f"`{name}`, {OPEN_LOOP_RATE} requests a second at planned moments",
        server=name,
        item_set=ItemSet.QUIET,
        rate=OPEN_LOOP_RATE,
    )
    for name in STRATEGIES
)
BACKLOG = (
    Scenario("backlog", "`script` while the worker is paused; then the worker writes the backlog", worker_paused=True),
)
SCENARIOS = (*HOT_ITEM, *PEERS, *MANY_ITEMS, *READS, *SOLD_OUT, *OPEN_LOOP, *BACKLOG)
