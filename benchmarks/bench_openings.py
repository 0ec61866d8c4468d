"""Buyers at the very answer that opens a sale (`make bench-openings`).

An item is created on sale, put on sale or restored; at the answer as many buyers as pieces buy one piece each, on open
connections. Then Redis loses its data under fifty buyers. Every strategy is run on SQLite and on MariaDB.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks.load.accounts import AccountFactory
from benchmarks.load.http_client import JsonClient
from benchmarks.load.sale_setup import WAIT_SECONDS, sign_in_admin
from benchmarks.report.table_format import format_text
from benchmarks.sale_gate.data_loss import run_data_loss
from benchmarks.sale_gate.openings import OPENINGS, Clerk, run_opening
from benchmarks.sale_gate.purchase_log import PurchaseLog
from benchmarks.sale_gate.written_orders import WrittenOrders
from benchmarks.targets.databases import build_database_settings, create_databases
from benchmarks.targets.temporary_shop import TemporaryShop, run_shop
from shop.constants.order import Strategy

SQLITE, MARIADB = "sqlite", "mariadb"
DATA_LOSS = "FLUSHALL"
DATA_LOSS_BUYERS = 50
# Under lock or watch so many buyers exceed the budget of tries now and then: here a refusal shall mean the gate.
PATIENT = {"lock_tries": "1000", "lock_budget": "10"}
HEAD = ("database", "strategy", "opening", "rounds", "accepted", "503", "other", "slowest ms")


@dataclass(frozen=True)
class Sale:
    """Running shop, its administrator and its buyers."""

    shop: TemporaryShop
    admin: JsonClient
    tokens: list[str]
    orders: WrittenOrders


def main() -> int:
    """Run all openings, and print a table.

    Returns 1 when a buyer was refused, an order is missing or an invariant is broken, else 0.
    """
    options = _parse_options()
    rows, problems = [HEAD], list[str]()
    for database in options.databases:
        for strategy in options.strategies:
            with _run_sale(database, strategy, options.buyers) as sale:
                for opening, logs in _run_rounds(sale, options.rounds):
                    rows.append((database, strategy, opening, *_format_logs(logs)))
                    print("  ".join(rows[-1]), file=sys.stderr, flush=True)
                    problems += [f"{database} {strategy} {opening}: {problem}" for problem in _find_problems(logs)]
                holds, lines = sale.shop.verify(sale.orders.find_kept())
            problems += [] if holds else [f"{database} {strategy}: {line}" for line in lines]
    print(format_text(rows), "\n".join(["BROKEN", *problems]) if problems else "verified", sep="\n\n")
    return 1 if problems else 0


def _run_rounds(sale: Sale, rounds: int) -> Iterator[tuple[str, list[PurchaseLog]]]:
    clerk = Clerk(sale.admin, len(sale.tokens))
    for name, opening in OPENINGS.items():
        logs = []
        for _ in range(rounds):
            logs.append(run_opening(sale.shop.port, clerk, opening, sale.tokens))
            sale.orders.wait_until_written(clerk.item_id, logs[-1], WAIT_SECONDS)
        yield name, logs
    if sale.shop.load_settings().purchase_strategy != Strategy.DB:
        yield DATA_LOSS, [run_data_loss(sale.shop, clerk, sale.tokens[:DATA_LOSS_BUYERS], sale.orders)]


def _find_problems(logs: list[PurchaseLog]) -> Iterator[str]:
    for number, log in enumerate(logs, 1):
        if log.refused:
            yield f"round {number}: {log.refused} refused: {dict(log.count_codes())}"


def _format_logs(logs: list[PurchaseLog]) -> tuple[str, ...]:
    busy, refused = sum(log.busy for log in logs), sum(log.refused for log in logs)
    slowest = max(log.slowest for log in logs) * 1000
    return str(len(logs)), str(sum(log.accepted for log in logs)), str(busy), str(refused - busy), f"{slowest:.0f}"


@contextmanager
def _run_sale(database: str, strategy: str, buyers: int) -> Iterator[Sale]:
    with ExitStack() as stack:
        url = stack.enter_context(create_databases()).script_url if database == MARIADB else ""
        if database == MARIADB and not url:
            sys.exit("No MariaDB is installed; DATABASES=sqlite runs without it.")
        shop = stack.enter_context(run_shop(purchase_strategy=strategy, **PATIENT, **build_database_settings(url)))
        container = shop.create_container()
        tokens = AccountFactory.from_container(container).create_buyers(buyers)
        admin = stack.enter_context(JsonClient(shop.bind, sign_in_admin(shop)))
        yield Sale(shop, admin, tokens, WrittenOrders(container))


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="number of rounds of each opening")
    parser.add_argument("--buyers", type=int, default=300, help="number of buyers and of pieces")
    for name, choices in {"strategies": [*map(str, Strategy)], "databases": [SQLITE, MARIADB]}.items():
        parser.add_argument(f"--{name}", type=lambda text: text.split(","), default=choices, help=", ".join(choices))
    return parser.parse_args()


if __name__ == "__main__":
    started = time.monotonic()
    code = main()
    print(f"{time.monotonic() - started:.0f} s")
    sys.exit(code)
