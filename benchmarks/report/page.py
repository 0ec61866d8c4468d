"""The page and the picture that a run leaves behind: docs/architecture/benchmark.md and benchmark.svg."""

import os
from pathlib import Path
from statistics import median

from benchmarks.load.scenarios import HOT, KINDS, MANY, Kind
from benchmarks.report import tables as printed
from benchmarks.report.bar_chart import Bar, draw
from benchmarks.report.figures import Findings, Turns, rate
from benchmarks.report.tables import Rows, as_markdown

PAGE, PICTURE = "benchmark.md", "benchmark.svg"
TITLE = "Accepted purchases per second"
HEAD = """# The benchmark

`make bench` puts every way to sell under load on one machine and compares it with what the same server does without
selling. This page and its picture are written by `make bench WRITE=1`; the text explains, the numbers are of that run.

![{title}]({picture})

## What is compared

{kinds}

All of them run at once and take turns, {rounds} rounds of {seconds:g} s for each, every other round backwards: whatever
else the machine does troubles all of them. A turn ends when its orders are written, so that none pays for another's. A
ratio is the median of the rounds' ratios, not the ratio of the medians. The load generator, the web servers (two
processes of four threads each), Valkey, the worker and the database share **{cores} cores**, and the orders go to
{database}. Before the run {load:.1f} processes of others wanted a core. **Only the ratios carry over to another
machine**, and where others want the cores too, a ratio is as good as the range of its rounds is narrow.

Only 201 and 202 count as sold. In the end `flask shop verify` judges every shop, and the number of accepted purchases
has to be the number of written orders (a 5xx may have bought something: it counts as either); otherwise the run says
BROKEN, ends with 1, and writes no page.

    make bench                                   # about five minutes
    .venv/bin/python -m benchmarks.bench_purchase --rounds 3 --seconds 1 --only script,lock,same,crowds

`SHOP_DATABASE_URL` names the server that holds the databases of the run: two new ones, dropped at the end. Without it
a MariaDB is started where one is installed, else SQLite is used, which says little about `db`.
"""
NOTES = {
    "Sales": """64 connections, a new request as soon as the answer is there. `us`: microseconds of processor time that
one request cost each part, the writing of its order included; what the worker does between the turns is in it too.""",
    "At a fixed rate": """The open loop: requests go out at planned moments whether or not there are answers, and the
time counts from the planned moment, so a slow server cannot hide by slowing its buyers down. `to row` is from the
reservation (`orders.created_at`) to the writing of the row (`orders.updated_at`); the commit of its batch follows
within milliseconds and is not in it. `unsent`: not even begun in twice the time.""",
    "Sold out": """An item with few pieces, asked for again and again after they are gone. Without a key the process
remembers for a quarter of a second that there is nothing left; with a key only the receipt knows.""",
    "The writer": """The worker is stopped while purchases are accepted, then it writes what waits, by itself, on the
same cores. The ratio says how much quicker it is than the buyers were.""",
    "A crowd": """Three hundred buyers of three hundred pieces, each once, all at the same moment: who was told that it
is too busy (503) bought nothing although there was enough.""",
    "Inside": """The app in one process, without a server, looked at by a timer of processor time; the innermost file
that belongs to a part gets the sample. `us` is that share of the web's processor time of `script` above.""",
    "Goals": """Where one is missed, the processor time of the next table says why. All who have a part in a
purchase share the cores, and those are never idle while `script` is asked: it cannot sell much more often than
`same` answers, times `all us` of `same` by `all us` of `script`: the last column, which also suffers least from
whatever else the machine does. `same` writes no order and asks no Redis. `script` pays the web for Flask and the
declarations (as `same` does) and for the reservation (as `raw` does), and Valkey, the worker and the database
besides. Where those have cores of their own, `web us` decides. `lock` and `watch` lose by their round trips and by
the buyers who were in each other's way, `db` by the row that one transaction after the other holds.""",
}


def tables(findings: Findings) -> list[tuple[str, Rows]]:
    """Title -> rows of what this run measured."""
    turns = findings.turns
    found = {
        "Goals": printed.wanted(findings),
        "Sales": printed.sales(turns),
        "At a fixed rate": printed.opened(turns),
        "Sold out": printed.storms(turns),
        "The writer": printed.backlog(turns),
        "A crowd": printed.crowds(findings),
        "Inside": printed.inside(findings),
    }
    return [(title, rows) for title, rows in found.items() if len(rows) > 1]


def write(findings: Findings, folder: Path, rounds: int, seconds: float) -> None:
    """Renew the page and the picture."""
    folder.joinpath(PAGE).write_text(page(findings, rounds, seconds))
    folder.joinpath(PICTURE).write_text(draw(TITLE, bars(findings.turns)))


def page(findings: Findings, rounds: int, seconds: float) -> str:
    """The page."""
    kinds = [("", "what"), *((f"`{kind.name}`", kind.says) for kind in KINDS if kind.name in findings.turns)]
    head = HEAD.format(
        title=TITLE,
        picture=PICTURE,
        kinds=as_markdown(kinds).replace("---:", "---"),
        rounds=rounds,
        seconds=seconds,
        cores=os.cpu_count(),
        database=findings.database,
        load=findings.load,
    )
    parts = (f"## {title}\n\n{NOTES[title]}\n\n{as_markdown(rows)}\n" for title, rows in tables(findings))
    return "\n".join([head, *(part.replace("\n\n\n\n", "\n\n") for part in parts)])


def bars(turns: Turns) -> list[Bar]:
    """A bar for each kind that sells as fast as it can."""
    return [_bar(kind, [rate(turn) for turn in turns[kind.name]]) for kind in (*HOT, *MANY) if kind.name in turns]


def _bar(kind: Kind, rates: list[float]) -> Bar:
    return Bar(kind.name, median(rates), min(rates), max(rates), marked=kind.name == "script")
