"""Tables of the purchase benchmark."""

from collections.abc import Sequence
from statistics import median

from benchmarks.load.load_result import BUSY, LoadResult
from benchmarks.load.scenario_runner import ScenarioRun
from benchmarks.load.scenarios import BACKLOG, HOT_ITEM, MANY_ITEMS, OPEN_LOOP, PEERS, READS, SOLD_OUT, Scenario
from benchmarks.report.figures import ALL, Runs, compute_cpu, compute_milliseconds, compute_ratio
from benchmarks.report.findings import Findings
from benchmarks.report.goals import evaluate_goals
from benchmarks.report.table_format import Rows

PARTS = ("web", "redis", "worker", "database")
LATENCIES = ("p50 ms", "p95 ms", "p99 ms")


def build_tables(findings: Findings) -> list[tuple[str, Rows]]:
    """Return title and rows of each table that this run measured."""
    runs = findings.runs
    all_tables = {
        "Goals": _build_goals(findings),
        "Sales": _build_sales(runs, (*HOT_ITEM, *MANY_ITEMS)),
        "Peers": _build_sales(runs, PEERS),
        "Reads": _build_reads(runs),
        "At a fixed rate": _build_open_loop(runs),
        "Sold out": _build_sold_out(runs),
        "Backlog": _build_backlog(runs),
        "Burst": _build_bursts(findings),
        "Profile": _build_profile(findings),
    }
    return [(title, rows) for title, rows in all_tables.items() if len(rows) > 1]


def _build_goals(findings: Findings) -> Rows:
    head = ("", "found", "wanted", "reached", "rounds", "by CPU time")
    return [head, *(goal.row for goal in evaluate_goals(findings))]


def _build_sales(runs: Runs, scenarios: Sequence[Scenario]) -> Rows:
    cpu = (f"{part} us" for part in (*PARTS, ALL))
    head = ("", "accepted/s", "rounds", *LATENCIES, *cpu, "ratio of script", "refused")
    return [head, *(_build_sale(runs, scenario.name) for scenario in scenarios if scenario.name in runs)]


def _build_sale(runs: Runs, name: str) -> tuple[str, ...]:
    rates = [run.accepted_rate for run in runs[name]]
    return (
        name,
        f"{median(rates):,.0f}",
        f"{min(rates):,.0f} to {max(rates):,.0f}",
        *_format_latencies(runs[name]),
        *(f"{compute_cpu(runs[name], part):,.0f}" for part in (*PARTS, ALL)),
        f"{compute_ratio(runs, 'script', name):.2f}" if "script" in runs else "",
        str(sum(run.load.refused for run in runs[name])),
    )


def _build_reads(runs: Runs) -> Rows:
    head = ("", "answers/s", "rounds", *LATENCIES, "web us", "redis us", "ratio to plain")
    return [head, *(_build_read(runs, scenario.name) for scenario in READS if scenario.name in runs)]


def _build_read(runs: Runs, name: str) -> tuple[str, ...]:
    rates = [run.accepted_rate for run in runs[name]]
    return (
        name,
        f"{median(rates):,.0f}",
        f"{min(rates):,.0f} to {max(rates):,.0f}",
        *_format_latencies(runs[name]),
        *(f"{compute_cpu(runs[name], part):,.0f}" for part in PARTS[:2]),
        f"{compute_ratio(runs, name, 'plain'):.2f}" if "plain" in runs else "",
    )


def _build_open_loop(runs: Runs) -> Rows:
    head = ("", *LATENCIES, "refused", "unsent", "to row p50 ms", "to row p99 ms")
    return [
        head,
        *(
            (
                scenario.name,
                *_format_latencies(own_runs),
                str(sum(run.load.refused for run in own_runs)),
                str(sum(run.load.unsent for run in own_runs)),
                *(f"{compute_milliseconds(own_runs, percent, 'write_delays'):.1f}" for percent in (50, 99)),
            )
            for scenario in OPEN_LOOP
            if (own_runs := runs.get(scenario.name))
        ),
    ]


def _format_latencies(runs: Sequence[ScenarioRun]) -> list[str]:
    return [f"{compute_milliseconds(runs, percent):.1f}" for percent in (50, 95, 99)]


def _build_sold_out(runs: Runs) -> Rows:
    head = ("", "refusals/s", "sold per round", "p50 ms", "p99 ms", "web us", "redis us")
    return [
        head,
        *(
            (
                scenario.name,
                f"{median(run.refusal_rate for run in own_runs):,.0f}",
                f"{median(run.load.accepted for run in own_runs):.0f}",
                *(f"{compute_milliseconds(own_runs, percent, 'refusals'):.1f}" for percent in (50, 99)),
                *(f"{compute_cpu(own_runs, part):,.0f}" for part in PARTS[:2]),
            )
            for scenario in SOLD_OUT
            if (own_runs := runs.get(scenario.name))
        ),
    ]


def _build_backlog(runs: Runs) -> Rows:
    head = ("", "accepted/s while paused", "then written/s", "ratio")
    return [
        head,
        *(
            (
                scenario.name,
                f"{median(run.accepted_rate for run in own_runs):,.0f}",
                f"{median(run.drain_rate for run in own_runs):,.0f}",
                f"{median(run.drain_rate / run.accepted_rate for run in own_runs):.2f}",
            )
            for scenario in BACKLOG
            if (own_runs := runs.get(scenario.name))
        ),
    ]


def _build_bursts(findings: Findings) -> Rows:
    head = ("", "accepted", "busy (503)", "other refusals", "slowest ms")
    return [head, *(format_burst(name, load) for name, load in findings.bursts.items())]


def format_burst(name: str, load: LoadResult) -> tuple[str, ...]:
    """Format the result of a burst as a row."""
    busy, others = load.statuses[BUSY], load.refused - load.statuses[BUSY]
    slowest = max([*load.latencies, *load.refusals], default=0.0)
    return name, str(load.accepted), str(busy), str(others), f"{slowest * 1000:,.0f}"


def _build_profile(findings: Findings) -> Rows:
    shares = findings.profile.shares if findings.profile else {}
    total = compute_cpu(findings.runs["script"], "web") if "script" in findings.runs else 0.0
    return [("", "share", "us"), *((part, f"{share:.0%}", f"{share * total:,.0f}") for part, share in shares.items())]
