"""Benchmark page and picture: docs/architecture/benchmark.md and benchmark.svg."""

import os
from pathlib import Path
from statistics import median

from benchmarks.load.scenarios import HOT_ITEM, MANY_ITEMS, PEERS, SCENARIOS
from benchmarks.report.bar_chart import Bar, draw_chart
from benchmarks.report.figures import Runs
from benchmarks.report.findings import Findings
from benchmarks.report.page_text import HEAD, NOTES, PICTURE, TITLE
from benchmarks.report.table_format import format_markdown
from benchmarks.report.tables import build_tables

PAGE = "benchmark.md"


def write_page(findings: Findings, folder: Path, rounds: int, seconds: float) -> None:
    """Write the page and the picture."""
    folder.joinpath(PAGE).write_text(format_page(findings, rounds, seconds))
    folder.joinpath(PICTURE).write_text(draw_chart(TITLE, _build_bars(findings.runs)))


def format_page(findings: Findings, rounds: int, seconds: float) -> str:
    """Format the page as Markdown."""
    measured = [scenario for scenario in SCENARIOS if scenario.name in findings.runs]
    scenarios = [("", "what"), *((f"`{scenario.name}`", scenario.description) for scenario in measured)]
    head = HEAD.format(
        title=TITLE,
        picture=PICTURE,
        scenarios=format_markdown(scenarios).replace("---:", "---"),
        rounds=rounds,
        seconds=seconds,
        cores=os.cpu_count(),
        database=findings.database,
        load_average=findings.load_average,
    )
    tables = build_tables(findings)
    return "\n".join([head, *(f"## {title}\n\n{NOTES[title]}\n\n{format_markdown(rows)}\n" for title, rows in tables)])


def _build_bars(runs: Runs) -> list[Bar]:
    bars = []
    for scenario in (*HOT_ITEM, *PEERS, *MANY_ITEMS):
        if own_runs := runs.get(scenario.name):
            rates = [run.accepted_rate for run in own_runs]
            bars.append(Bar(scenario.name, median(rates), min(rates), max(rates), marked=scenario.name == "script"))
    return bars
