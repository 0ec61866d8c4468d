"""Benchmark of the cost of a purchase's log record (`make bench-logs`).

Web servers of one shop with different log settings alternate within each round: trust the ratios.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import cycle
from statistics import median

from benchmarks.load.connection import build_post
from benchmarks.load.interleaved_rounds import order_round
from benchmarks.load.load_generator import run_closed_loop
from benchmarks.load.options import parse_options
from benchmarks.load.sale_setup import open_sale
from benchmarks.load.scenarios import CONNECTIONS, PURCHASE_BODY, PURCHASE_PATH
from benchmarks.report.table_format import format_text
from benchmarks.targets.processes import read_cpu_seconds
from benchmarks.targets.temporary_shop import TemporaryShop, run_shop
from benchmarks.targets.web_server import SHOP_WEB, WebServer, run_web_server

ANSWERS_MAX = 15_000
# The first is the baseline: it does not log a purchase that succeeds.
LOG_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "not logged": {"SHOP_LOG_LEVEL": "error"},
    "stderr": {"SHOP_LOG_FORMAT": "console"},
    "stderr as JSON": {"SHOP_LOG_FORMAT": "json"},
    "JSON, daily file": {"SHOP_LOG_FORMAT": "json", "SHOP_LOG_FILE": "logs"},
}
Values = Mapping[str, list[float]]


def main() -> None:
    """Print purchases per second, CPU time, and the median ratios."""
    options = parse_options(
        __doc__, rounds=(7, "number of rounds"), seconds=(2.0, "seconds of load on each server in a round")
    )
    rates: dict[str, list[float]] = {name: [] for name in LOG_SETTINGS}
    costs: dict[str, list[float]] = {name: [] for name in LOG_SETTINGS}
    with run_shop() as shop, _run_servers(shop) as servers:
        item_id, tokens = open_sale(shop, CONNECTIONS)
        requests = [build_post(PURCHASE_PATH.format(item_id), token, PURCHASE_BODY) for token in tokens]
        for number in range(options.rounds + 1):
            for name, server in order_round(servers.items(), number):
                rate, cost = _measure(server, requests, options.seconds)
                # The first round warms up.
                if number:
                    rates[name].append(rate)
                    costs[name].append(cost)
    _print_results(rates, costs)


def _measure(server: WebServer, requests: list[bytes], seconds: float) -> tuple[float, float]:
    """Return the purchases per second, and the CPU seconds of each."""
    before = read_cpu_seconds(server.pid)
    load = run_closed_loop(server.port, [cycle([request]) for request in requests], seconds, ANSWERS_MAX)
    return load.accepted / load.seconds, (read_cpu_seconds(server.pid) - before) / load.accepted


def _print_results(rates: Values, costs: Values) -> None:
    rows = [("log", "purchases/s", "ratio", "CPU us each", "ratio")]
    for name in rates:
        rate, cost = median(rates[name]), median(costs[name]) * 1e6
        ratios = (f"{_compute_ratio(values, name):.2f}" for values in (rates, costs))
        rows.append((name, f"{rate:,.0f}", next(ratios), f"{cost:,.0f}", next(ratios)))
    print(format_text(rows))


def _compute_ratio(values: Values, name: str) -> float:
    baseline = values[next(iter(values))]
    return median(one / other for one, other in zip(values[name], baseline, strict=True))


@contextmanager
def _run_servers(shop: TemporaryShop) -> Iterator[dict[str, WebServer]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(run_web_server(shop, *SHOP_WEB, **settings))
            for name, settings in LOG_SETTINGS.items()
        }


if __name__ == "__main__":
    main()
