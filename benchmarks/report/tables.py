"""What a benchmark prints while it runs and when it is over."""

from collections.abc import Sequence
from statistics import median

from benchmarks.load.scenarios import BACKLOG, HOT, MANY, OPEN, STORMS, Kind
from benchmarks.report.figures import (
    ALL,
    Findings,
    Turns,
    cpu,
    crowd_row,
    drain_rate,
    goals,
    milliseconds,
    rate,
    ratio,
    refusal_rate,
)

Rows = list[tuple[str, ...]]
PARTS = ("web", "redis", "worker", "database")


def sales(turns: Turns, kinds: Sequence[Kind] = (*HOT, *MANY)) -> Rows:
    """Purchases by kind: rate, its range, latencies, CPU by part, the script's multiple of it."""
    head = (
        "",
        "accepted/s",
        "rounds",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        *(f"{part} us" for part in (*PARTS, ALL)),
        "script / it",
        "refused",
    )
    return [head, *(_sale(turns, kind.name) for kind in kinds if kind.name in turns)]


def _sale(turns: Turns, name: str) -> tuple[str, ...]:
    mine = turns[name]
    rates = [rate(turn) for turn in mine]
    return (
        name,
        f"{median(rates):,.0f}",
        f"{min(rates):,.0f} to {max(rates):,.0f}",
        *(f"{milliseconds(mine, percent):.1f}" for percent in (50, 95, 99)),
        *(f"{cpu(mine, part):,.0f}" for part in (*PARTS, ALL)),
        f"{ratio(turns, 'script', name):.2f}" if "script" in turns else "",
        str(sum(turn.load.refused for turn in mine)),
    )


def opened(turns: Turns) -> Rows:
    """The open loop: latencies from the planned moments, and how long until the row was written."""
    head = ("", "p50 ms", "p95 ms", "p99 ms", "refused", "unsent", "to row p50 ms", "to row p99 ms")
    return [head, *(_opened(turns, kind.name) for kind in OPEN if kind.name in turns)]


def _opened(turns: Turns, name: str) -> tuple[str, ...]:
    mine = turns[name]
    return (
        name,
        *(f"{milliseconds(mine, percent):.1f}" for percent in (50, 95, 99)),
        str(sum(turn.load.refused for turn in mine)),
        str(sum(turn.load.unsent for turn in mine)),
        *(f"{milliseconds(mine, percent, 'waits'):.1f}" for percent in (50, 99)),
    )


def storms(turns: Turns) -> Rows:
    """Sold out: refusals a second, and how long one takes."""
    head = ("", "refusals/s", "sold, a turn", "p50 ms", "p99 ms", "web us", "redis us")
    return [
        head,
        *(
            (
                kind.name,
                f"{median(refusal_rate(turn) for turn in mine):,.0f}",
                f"{median(turn.load.accepted for turn in mine):.0f}",
                *(f"{milliseconds(mine, percent, 'refusals'):.1f}" for percent in (50, 99)),
                *(f"{cpu(mine, part):,.0f}" for part in PARTS[:2]),
            )
            for kind in STORMS
            if (mine := turns.get(kind.name))
        ),
    ]


def backlog(turns: Turns) -> Rows:
    """The worker against the buyers."""
    head = ("", "accepted/s while it stood", "then written/s", "ratio")
    return [
        head,
        *(
            (
                kind.name,
                f"{median(rate(turn) for turn in mine):,.0f}",
                f"{median(drain_rate(turn) for turn in mine):,.0f}",
                f"{median(drain_rate(turn) / rate(turn) for turn in mine):.2f}",
            )
            for kind in BACKLOG
            if (mine := turns.get(kind.name))
        ),
    ]


def crowds(findings: Findings) -> Rows:
    """Three hundred buyers of three hundred pieces."""
    head = ("", "accepted", "busy (503)", "other refusals", "slowest ms")
    return [head, *(crowd_row(name, load) for name, load in findings.crowds.items())]


def wanted(findings: Findings) -> Rows:
    """The goals."""
    return [("", "found", "wanted", "reached", "rounds", "by processor time"), *(goal.row for goal in goals(findings))]


def inside(findings: Findings) -> Rows:
    """Where the web's time goes; microseconds by the web's CPU of a purchase."""
    shares = findings.inside.shares if findings.inside else {}
    whole = cpu(findings.turns["script"], "web") if "script" in findings.turns else 0.0
    return [("", "share", "us"), *((part, f"{share:.0%}", f"{share * whole:,.0f}") for part, share in shares.items())]


def as_text(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns in line; the first one to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def as_markdown(rows: Sequence[tuple[str, ...]]) -> str:
    """A table."""
    head, *body = rows
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *body))
