"""`make bench`: purchases per second by every way to sell, against what the same server does without selling.

The kinds take turns within each round, so that whatever else the machine does troubles all of them: trust the ratios.
"""

import argparse
import os
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from benchmarks.load.load_generator import Load
from benchmarks.load.scenario_runner import Bench, Turn, stock_up
from benchmarks.load.scenarios import KINDS, STRATEGIES, Goods, Kind
from benchmarks.load.shop_context import open_stands, patient
from benchmarks.report import page as written
from benchmarks.report.figures import Findings
from benchmarks.report.purchase_profile import look_inside
from benchmarks.report.tables import as_text
from benchmarks.targets.deployment import open_site
from benchmarks.targets.script_ceiling import open_ceiling
from shop.core.tokens import Tokens

# Parts of a run that do not take turns.
CROWDS, INSIDE = "crowds", "inside"
CROWD = 300
WARM_SECONDS = 0.4
DOCS = Path(__file__).parents[1] / "docs" / "architecture"


def main() -> int:
    """The exit code: 1 when an invariant does not hold after the load, or a purchase was miscounted."""
    options = _options()
    kinds = [kind for kind in KINDS if not options.only or kind.name in options.only]
    begun, before = time.monotonic(), os.getloadavg()[0]
    with _bench(kinds) as bench:
        findings = replace(_run(bench, kinds, options), load=before)
        problems = [*_broken(bench), *bench.miscounted()]
    for title, rows in written.tables(findings):
        print(f"\n{title}\n\n{as_text(rows)}")
    print(f"\n{time.monotonic() - begun:.0f} s. " + ("\n".join(["BROKEN", *problems]) if problems else "verified"))
    if options.write and not problems:
        written.write(findings, DOCS, options.rounds, options.seconds)
    return 1 if problems else 0


def _run(bench: Bench, kinds: Sequence[Kind], options: argparse.Namespace) -> Findings:
    def wants(part: str) -> bool:
        return not options.only or part in options.only

    for kind in kinds:
        bench.turn(kind, WARM_SECONDS)
    inside = look_inside(bench) if wants(INSIDE) else None
    turns: dict[str, list[Turn]] = {kind.name: [] for kind in kinds}
    for number in range(options.rounds):
        # Every other round backwards: who goes first has no advantage.
        for kind in kinds[:: -1 if number % 2 else 1]:
            turns[kind.name].append(bench.turn(kind, options.seconds))
        print(_round(number, turns), file=sys.stderr, flush=True)
    return Findings(turns, dict(_crowds(bench)) if wants(CROWDS) else {}, inside, bench.site.databases.what)


def _crowds(bench: Bench) -> Iterator[tuple[str, Load]]:
    for name in STRATEGIES:
        if name in bench.site.servers:
            yield name, bench.buy_all_at_once(name, CROWD)


def _round(number: int, turns: dict[str, list[Turn]]) -> str:
    told = (f"{name} {mine[-1].load.answered / mine[-1].load.seconds:,.0f}" for name, mine in turns.items())
    return f"round {number + 1}, answers/s: " + ", ".join(told)


def _broken(bench: Bench) -> Iterator[str]:
    for name, shop in bench.site.shops.items():
        holds, verdicts = shop.verify()
        if not holds:
            yield from (f"{name}: {verdict}" for verdict in verdicts)


@contextmanager
def _bench(kinds: Collection[Kind]) -> Iterator[Bench]:
    with open_site({kind.server for kind in kinds}) as site:
        stands = open_stands(site)
        bench = Bench(site, stands)
        stock_up(bench, kinds)
        ours = stands["script"]
        tokens = ours.container.get(Tokens)
        users = [tokens.verify(token) for token in ours.tokens]
        alone = any(not kind.server for kind in kinds)
        settings = patient(site.shops["script"])
        with open_ceiling(settings, ours.items[Goods.HOT][0], users) if alone else nullcontext() as bench.ceiling:
            yield bench


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often the kinds take turns")
    parser.add_argument("--seconds", type=float, default=1.5, help="how long each turn lasts")
    names = [*(kind.name for kind in KINDS), CROWDS, INSIDE]
    parser.add_argument(
        "--only", type=lambda text: text.split(","), default=[], metavar="A,B", help="of: " + ", ".join(names)
    )
    parser.add_argument("--write", action="store_true", help="renew docs/architecture/benchmark.md and its picture")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
