"""Benchmark of purchases per second (`make bench`).

Compares every strategy with the same server without selling. The scenarios alternate in each round, so that
other load on the machine slows all of them: trust the ratios.
"""

import argparse
import os
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from benchmarks.load.interleaved_rounds import order_round
from benchmarks.load.load_result import LoadResult
from benchmarks.load.scenario_runner import ScenarioRun, ScenarioRunner
from benchmarks.load.scenarios import SCENARIOS, STRATEGIES, ItemSet, Scenario
from benchmarks.load.shop_context import ShopContext, create_contexts, load_patient_settings
from benchmarks.peers.go_server import MISSING, find_compiler
from benchmarks.report.findings import Findings
from benchmarks.report.page import write_page
from benchmarks.report.purchase_profile import profile_purchase
from benchmarks.report.table_format import format_text
from benchmarks.report.tables import build_tables
from benchmarks.targets.deployment import GO, Deployment, run_deployment
from benchmarks.targets.script_ceiling import ScriptCeiling, run_script_ceiling
from shop.core.crypto.tokens import Tokens

# Parts of a run outside the rounds.
BURST, PROFILE = "burst", "profile"
BURST_PIECES = 300
WARM_UP_SECONDS = 0.4
DOCS = Path(__file__).parents[1] / "docs" / "architecture"


def main() -> int:
    """Run the benchmark, and print its tables.

    Returns 1 when an invariant is broken after the load, or purchases were miscounted, else 0.
    """
    options = _parse_options()
    scenarios = [scenario for scenario in SCENARIOS if not options.only or scenario.name in options.only]
    if not find_compiler():
        print(MISSING, file=sys.stderr)
        scenarios = [scenario for scenario in scenarios if scenario.server != GO]
    started, load_average = time.monotonic(), os.getloadavg()[0]
    with _run_runner(scenarios) as runner:
        findings = replace(_measure(runner, scenarios, options), load_average=load_average)
        problems = [*_find_broken_invariants(runner.deployment), *runner.find_miscounts()]
    for title, rows in build_tables(findings):
        print(f"\n{title}\n\n{format_text(rows)}")
    print(f"\n{time.monotonic() - started:.0f} s. " + ("\n".join(["BROKEN", *problems]) if problems else "verified"))
    if options.write and not problems:
        write_page(findings, DOCS, options.rounds, options.seconds)
    return 1 if problems else 0


def _measure(runner: ScenarioRunner, scenarios: Sequence[Scenario], options: argparse.Namespace) -> Findings:
    for scenario in scenarios:
        runner.run(scenario, WARM_UP_SECONDS)
    profile = profile_purchase(runner) if not options.only or PROFILE in options.only else None
    runs: dict[str, list[ScenarioRun]] = {scenario.name: [] for scenario in scenarios}
    for number in range(options.rounds):
        for scenario in order_round(scenarios, number):
            runs[scenario.name].append(runner.run(scenario, options.seconds))
        print(_format_round(number, runs), file=sys.stderr, flush=True)
    bursts = dict(_run_bursts(runner)) if not options.only or BURST in options.only else {}
    return Findings(runs, bursts, profile, runner.deployment.databases.description)


def _run_bursts(runner: ScenarioRunner) -> Iterator[tuple[str, LoadResult]]:
    for name in STRATEGIES:
        if name in runner.deployment.servers:
            yield name, runner.run_burst(name, BURST_PIECES)


def _format_round(number: int, runs: dict[str, list[ScenarioRun]]) -> str:
    loads = {name: own_runs[-1].load for name, own_runs in runs.items()}
    rates = (f"{name} {load.answered / load.seconds:,.0f}" for name, load in loads.items())
    return f"round {number + 1}, answers/s: " + ", ".join(rates)


def _find_broken_invariants(deployment: Deployment) -> Iterator[str]:
    for name, shop in deployment.shops.items():
        holds, lines = shop.verify()
        if not holds:
            yield from (f"{name}: {line}" for line in lines)


@contextmanager
def _run_runner(scenarios: Collection[Scenario]) -> Iterator[ScenarioRunner]:
    with run_deployment({scenario.server for scenario in scenarios}) as deployment:
        contexts = create_contexts(deployment)
        runner = ScenarioRunner(deployment, contexts)
        runner.create_items(scenarios)
        needs_ceiling = any(not scenario.server for scenario in scenarios)
        with _run_ceiling(deployment, contexts["script"]) if needs_ceiling else nullcontext() as runner.ceiling:
            yield runner


@contextmanager
def _run_ceiling(deployment: Deployment, context: ShopContext) -> Iterator[ScriptCeiling]:
    tokens = context.container.get(Tokens)
    users = [tokens.verify(token) for token in context.buyer_tokens]
    settings = load_patient_settings(deployment.shops["script"])
    with run_script_ceiling(settings, context.items[ItemSet.HOT][0], users) as ceiling:
        yield ceiling


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds")
    parser.add_argument("--seconds", type=float, default=1.5, help="seconds of load of each scenario in a round")
    names = [*(scenario.name for scenario in SCENARIOS), BURST, PROFILE]
    parser.add_argument(
        "--only", type=lambda text: text.split(","), default=[], metavar="A,B", help="some of: " + ", ".join(names)
    )
    parser.add_argument("--write", action="store_true", help="write docs/architecture/benchmark.md and its picture")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
