"""Purchases of an item that is edited fifty times a second (`make bench-edits`).

Purchases without edits, with edits of words, and with edits of price and words alternate in each round, so that other
load on the machine slows all of them: trust the ratios. Each order must have a price that was in force while it was
bought.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count, cycle
from statistics import median

from benchmarks.load.accounts import AccountFactory
from benchmarks.load.connection import build_post
from benchmarks.load.http_client import JsonClient, JsonResponse
from benchmarks.load.interleaved_rounds import order_round
from benchmarks.load.load_generator import run_closed_loop
from benchmarks.load.options import parse_options
from benchmarks.load.sale_setup import ENDLESS_STOCK, WAIT_SECONDS, sign_in_admin
from benchmarks.load.scenarios import CONNECTIONS, PURCHASE_BODY
from benchmarks.report.table_format import format_text
from benchmarks.sale_gate.editor import Change, Editor
from benchmarks.sale_gate.openings import Clerk
from benchmarks.sale_gate.purchase_log import PurchaseLog
from benchmarks.sale_gate.written_orders import WrittenOrders
from benchmarks.targets.databases import build_database_settings, create_databases
from benchmarks.targets.temporary_shop import TemporaryShop, run_shop
from tests.support.price_history import PriceHistory

FIRST_PRICE = 1_000
NO_EDITS, WORDS, PRICE_AND_WORDS = KINDS = ("no edits", "words", "price and words")
PRICE, TEXT = "price_minor", "introduction"
EDITED: dict[str, tuple[str, ...]] = {NO_EDITS: (), WORDS: (TEXT, "name"), PRICE_AND_WORDS: (PRICE, TEXT)}
# Editors of each field: one alone would wait for its answer too long to send so many edits.
EDITORS = 3
HEAD = ("edits", "purchases/s", "503", "other", "p50 ms", "p99 ms", "p99 ratio", "edits/s", "edit p50 ms")


@dataclass
class Round:
    """Purchases of one kind of round, and the edits beside them."""

    log: PurchaseLog
    edits: list[float]


@dataclass
class Bench:
    """Edited item, its prices and its buyers."""

    shop: TemporaryShop
    clerk: Clerk
    tokens: list[str]
    orders: WrittenOrders
    prices: PriceHistory
    problems: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=partial(count, 1))

    def run(self, kind: str, options: argparse.Namespace) -> Round:
        """Buy for some seconds beside the edits of a kind."""
        log = PurchaseLog()
        request = [build_post(f"{self.clerk.path}/purchase", token, PURCHASE_BODY) for token in self.tokens]
        with ExitStack() as stack:
            subjects = EDITED[kind] * EDITORS
            editors = [self._make_editor(stack, name, options.edits / len(subjects)) for name in subjects]
            for editor in editors:
                stack.enter_context(editor.running())
            run_closed_loop(self.shop.port, [cycle([one]) for one in request], options.seconds, load=log)
        self.problems += [
            f"{kind}: an edit got {one.status} {one.body}" for editor in editors for one in editor.failures
        ]
        self.problems += self._find_problems(kind, log)
        self.orders.wait_until_written(self.clerk.item_id, log, WAIT_SECONDS)
        return Round(log, [seconds for editor in editors for seconds in editor.answers])

    def _make_editor(self, stack: ExitStack, subject: str, rate: float) -> Editor:
        client = stack.enter_context(JsonClient(self.shop.bind, self.clerk.client.token))
        return Editor(client, self.clerk.path, rate, self._make_changes(subject), self._record)

    def _make_changes(self, subject: str) -> Iterator[Change]:
        # One numbering for all rounds: no two edits have the same price.
        for number in self._numbers:
            yield {subject: FIRST_PRICE + number if subject == PRICE else f"Edition {number}"}

    def _record(self, change: Change, sent_at: float, response: JsonResponse) -> None:
        if price := change.get(PRICE):
            self.prices.add(price, sent_at, sent_at + response.seconds if response.status == 200 else None)

    def _find_problems(self, kind: str, log: PurchaseLog) -> Iterator[str]:
        if log.refused:
            yield f"{kind}: {log.refused} refused: {dict(log.count_codes())}"
        wrong = [
            purchase
            for purchase in log.find_accepted()
            if not self.prices.was_in_force(purchase.unit_price_minor, purchase.sent_at, purchase.answered_at)
        ]
        if wrong:
            yield f"{kind}: {len(wrong)} orders at a price that was not in force, such as {wrong[0]}"


def main() -> int:
    """Run all rounds, and print a table.

    Returns 1 when a buyer was refused, a price is wrong, an order is missing or an invariant is broken, else 0.
    """
    options = parse_options(
        __doc__,
        rounds=(5, "number of rounds"),
        seconds=(3.0, "seconds of each kind in a round"),
        edits=(50, "edits per second"),
    )
    with create_databases() as databases, run_shop(**build_database_settings(databases.script_url)) as shop:
        print(f"{CONNECTIONS} connections, on {databases.description}", flush=True)
        with JsonClient(shop.bind, sign_in_admin(shop)) as admin:
            bench = _make_bench(shop, admin)
            bench.run(NO_EDITS, argparse.Namespace(seconds=1.0, edits=0))
            rounds: dict[str, list[Round]] = {kind: [] for kind in KINDS}
            for number in range(options.rounds):
                for kind in order_round(KINDS, number):
                    rounds[kind].append(bench.run(kind, options))
        holds, lines = shop.verify(bench.orders.find_kept())
    problems = bench.problems + ([] if holds else lines)
    print(format_text([HEAD, *(_format_row(kind, rounds) for kind in KINDS)]))
    print("\n" + ("\n".join(["BROKEN", *problems]) if problems else "verified"))
    return 1 if problems else 0


def _make_bench(shop: TemporaryShop, admin: JsonClient) -> Bench:
    container, clerk = shop.create_container(), Clerk(admin, ENDLESS_STOCK)
    clerk.create(price_minor=FIRST_PRICE)
    tokens = AccountFactory.from_container(container).create_buyers(CONNECTIONS)
    return Bench(shop, clerk, tokens, WrittenOrders(container), PriceHistory(FIRST_PRICE))


def _format_row(kind: str, rounds: dict[str, list[Round]]) -> tuple[str, ...]:
    own, base = rounds[kind], rounds[NO_EDITS]
    logs, seconds = [one.log for one in own], sum(one.log.seconds for one in own)
    busy = sum(log.busy for log in logs)
    ratio = median(
        one.log.compute_percentile(99) / other.log.compute_percentile(99) for one, other in zip(own, base, strict=True)
    )
    edits = [answer for one in own for answer in one.edits]
    return (
        kind,
        f"{sum(log.accepted for log in logs) / seconds:,.0f}",
        str(busy),
        str(sum(log.refused for log in logs) - busy),
        *(f"{median(log.compute_percentile(percent) for log in logs) * 1000:.1f}" for percent in (50, 99)),
        f"{ratio:.2f}",
        f"{len(edits) / seconds:.0f}",
        f"{median(edits or [0.0]) * 1000:.1f}",
    )


if __name__ == "__main__":
    started = time.monotonic()
    code = main()
    print(f"{time.monotonic() - started:.0f} s")
    sys.exit(code)
