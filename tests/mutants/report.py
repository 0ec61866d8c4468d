"""Page of the scores and survivors, made from the results."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tests.mutants.campaign import Status
from tests.mutants.mutants import SourceFile
from tests.mutants.scope import AREAS, ROOT, all_files, area_of, files_of

EXPLANATIONS = Path(__file__).parent / "explanations.toml"
PAGE = ROOT / "docs" / "audit" / "mutation.md"
_BEGIN, _END = "<!-- results -->", "<!-- end of results -->"
_HEAD = ("module", "mutants", "run", "killed", "survived", "not covered", "score")
_KILLED = (Status.KILLED, Status.TIMEOUT)
Result = Mapping[str, Any]


def write_page(results: Iterable[Result]) -> list[str]:
    """Write the results into the page; return the survivors without an explanation."""
    names = {mutant.name for file in all_files() for mutant in SourceFile(ROOT, file).mutants()}
    listed = sorted(
        (each for each in results if each["name"] in names),
        key=lambda result: (result["file"], result["line"], result["name"]),
    )
    left, _, rest = PAGE.read_text().partition(_BEGIN)
    _, _, right = rest.partition(_END)
    body = "\n".join([*_score_lines(listed), "", *_survivor_lines(listed)])
    PAGE.write_text(f"{left}{_BEGIN}\n{body}\n{_END}{right}")
    return [result["name"] for result in listed if result["status"] == Status.SURVIVED and not find_reason(result)]


def find_reason(result: Result) -> str:
    """Return the explanation of a survivor, or an empty text."""
    for entry in tomllib.loads(EXPLANATIONS.read_text())["survivor"]:
        is_place = fnmatch(result["file"], entry["file"]) and fnmatch(result["function"], entry.get("function", "*"))
        is_change = any(fnmatch(result["operator"], pattern) for pattern in entry.get("changes", ["*"]))
        if is_place and is_change and entry.get("text", "") in result["text"]:
            return str(entry["reason"])
    return ""


def _score_lines(results: list[Result]) -> list[str]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        counts[result["file"]][result["status"]] += 1
    lines = [_row(_HEAD), _row(["---", *["--:"] * (len(_HEAD) - 1)])]
    for area in AREAS:
        files = {file: len(list(SourceFile(ROOT, file).mutants())) for file in files_of(area)}
        lines.append(_figures(f"**{area}**", sum(files.values()), sum((counts[file] for file in files), Counter())))
        lines += [_figures(f"`{file}`", total, counts[file]) for file, total in files.items() if counts[file]]
    return lines


def _figures(name: str, total: int, counts: Mapping[str, int]) -> str:
    killed = sum(counts.get(status, 0) for status in _KILLED)
    survived, uncovered = counts.get(Status.SURVIVED, 0), counts.get(Status.NOT_COVERED, 0)
    score = f"{100 * killed / (killed + survived):.0f} %" if killed + survived else "-"
    return _row([name, total, killed + survived + uncovered, killed, survived, uncovered, score])


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def _survivor_lines(results: list[Result]) -> list[str]:
    lines = ["| survivor | code | change | explanation |", "|---|---|---|---|"]
    for result in results:
        if result["status"] == Status.SURVIVED:
            place = f"`{result['file'].removeprefix('shop/')}` `{result['function']}`, area {area_of(result['file'])}"
            code = result["text"].replace("|", "\\|")
            lines.append(_row([place, f"`{code}`", f"`{result['operator']}`", find_reason(result) or "open"]))
    return lines
