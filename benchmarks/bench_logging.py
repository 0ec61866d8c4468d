"""`make bench-logs`: what it costs a purchase that its request is logged.

Web servers on one shop, each told something else about its log, take turns within each round: trust the ratios.
"""

import argparse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import cycle
from statistics import median

from benchmarks.load.accounts import Accounts
from benchmarks.load.http_client import Client
from benchmarks.load.load_generator import drive, post
from benchmarks.load.sale_setup import offer, wait_for
from benchmarks.load.scenarios import CONNECTIONS, PURCHASE
from benchmarks.targets.resource_usage import cpu_seconds
from benchmarks.targets.temporary_shop import Shop, free_port, open_shop, stop, wait_until_ready

PIECES = 1_000_000_000
MOST = 15_000
BODY = b'{"quantity": 1}'
# The first is what the others are held against: a purchase that succeeds is not logged there.
SERVERS: Mapping[str, Mapping[str, str]] = {
    "not logged": {"SHOP_LOG_LEVEL": "error"},
    "stderr": {"SHOP_LOG_FORMAT": "console"},
    "stderr as JSON": {"SHOP_LOG_FORMAT": "json"},
    "and a file a day": {"SHOP_LOG_FORMAT": "json", "SHOP_LOG_FILE": "logs"},
}


def main() -> None:
    """Print purchases a second and CPU for each, and the median ratio of each round."""
    options = _options()
    rates: dict[str, list[float]] = {name: [] for name in SERVERS}
    costs: dict[str, list[float]] = {name: [] for name in SERVERS}
    with open_shop() as shop, _serving(shop) as servers:
        buyers = Accounts.of(shop.container()).sign_up(CONNECTIONS)
        item_id = offer(shop, PIECES)
        wait_for("accepted", Client(shop.bind, buyers[0]), item_id, 1)
        requests = [post(PURCHASE.format(item_id), token, BODY) for token in buyers]
        for number in range(options.rounds + 1):
            # Every other round backwards: who goes first has no advantage.
            for name, (port, pid) in list(servers.items())[:: -1 if number % 2 else 1]:
                before = cpu_seconds(pid)
                load = drive(port, [cycle([request]) for request in requests], options.seconds, MOST)
                if number:
                    rates[name].append(load.accepted / load.seconds)
                    costs[name].append((cpu_seconds(pid) - before) / load.accepted)
    _print(rates, costs)


def _print(rates: Mapping[str, list[float]], costs: Mapping[str, list[float]]) -> None:
    print(f"{'log':<18}{'purchases/s':>12}{'ratio':>7}{'CPU us each':>13}{'ratio':>7}")
    first = next(iter(rates))
    for name in rates:
        faster = median(mine / other for mine, other in zip(rates[name], rates[first], strict=True))
        dearer = median(mine / other for mine, other in zip(costs[name], costs[first], strict=True))
        cost = median(costs[name]) * 1e6
        print(f"{name:<18}{median(rates[name]):>12,.0f}{faster:>7.2f}{cost:>13,.0f}{dearer:>7.2f}")


@contextmanager
def _serving(shop: Shop) -> Iterator[dict[str, tuple[int, int]]]:
    servers: dict[str, tuple[int, int]] = {}
    with ExitStack() as stack:
        for name, told in SERVERS.items():
            port = free_port()
            process = shop.start("flask", "shop", "web", SHOP_BIND=f"127.0.0.1:{port}", **told)
            stack.callback(stop, process)
            wait_until_ready(shop, f"127.0.0.1:{port}", process)
            servers[name] = port, process.pid
        yield servers


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often the servers take turns")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each turn lasts")
    return parser.parse_args()


if __name__ == "__main__":
    main()
