"""Summary of the trials, and their table in the documentation."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median

from tests.teeth.checkout import ROOT
from tests.teeth.defect import Defect
from tests.teeth.results import Result, Status

NOTICED_MIN = 0.95
PAGE = ROOT / "docs" / "extend" / "teeth.md"
START, END = "<!-- results -->\n", "<!-- end of results -->\n"

Row = tuple[Defect, Result]


def share_noticed(results: Sequence[Result]) -> float:
    """Return the share of defects that were noticed."""
    return sum(result.status is Status.NOTICED for result in results) / len(results)


def is_sufficient(results: Sequence[Result]) -> bool:
    """Return True when enough defects were noticed and every patch applies."""
    return share_noticed(results) >= NOTICED_MIN and all(result.status is not Status.LOST for result in results)


def summary_lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield each defect that was not noticed, and the summary last."""
    for defect, result in rows:
        if result.status is not Status.NOTICED:
            yield f"{result.status.upper()}  {defect.area}/{defect.name}: {defect.promise} {result.detail}".strip()
    results = [result for _, result in rows]
    yield f"{_summary(results)} ({share_noticed(results):.1%}; at least {NOTICED_MIN:.0%} are required)"


def write_page(rows: Sequence[Row], page: Path = PAGE) -> None:
    """Replace the results in the documentation."""
    text = page.read_text(encoding="utf-8")
    before, after = text.partition(START)[0], text.partition(END)[2]
    page.write_text(f"{before}{START}\n{_format_results(rows)}\n{END}{after}", encoding="utf-8")


def _format_results(rows: Sequence[Row]) -> str:
    by_area: dict[str, list[Row]] = {}
    for row in rows:
        by_area.setdefault(row[0].area, []).append(row)
    results = [result for _, result in rows]
    areas = (f"| {_title(area)} | {_area_figures([result for _, result in part])} |" for area, part in by_area.items())
    lines = [f"{_summary(results)}.", "", "| Area | Defects | Noticed | Median seconds |", "| --- | --- | --- | --- |"]
    return "\n".join([*lines, *areas, *_format_defects(by_area.items())]) + "\n"


def _format_defects(areas: Iterable[tuple[str, Sequence[Row]]]) -> Iterator[str]:
    for area, rows in areas:
        yield from ("", f"### {_title(area)}", "")
        yield from ("| Defect | Promise | Noticed by | Seconds |", "| --- | --- | --- | --- |")
        for defect, result in rows:
            noticed = f"`{_short_name(result.detail)}`" if result.status is Status.NOTICED else str(result.status)
            yield f"| {_title(defect.name)} | {defect.promise} | {noticed} | {result.seconds:.0f} |"


def _summary(results: Sequence[Result]) -> str:
    seconds = [result.seconds for result in results if result.status is Status.NOTICED]
    return f"{len(seconds)} of {len(results)} defects noticed, median {median(seconds or [0]):.1f} s to red"


def _area_figures(results: Sequence[Result]) -> str:
    seconds = [result.seconds for result in results if result.status is Status.NOTICED]
    return f"{len(results)} | {len(seconds)} | {median(seconds or [0]):.0f}"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _short_name(test: str) -> str:
    """Return the name of a test without its parameters."""
    return re.sub(r"\[.*", "", test.partition("::")[2], flags=re.DOTALL)
