"""Report view: hubs, import chains and sizes of functions and files."""

from statistics import median

from shop.architecture.report.components import file_link, module_link
from shop.architecture.report.fact_index import Fact, FactIndex
from shop.architecture.report.markup import Html, section, table, tag

SENTENCE = "The most used modules, the longest import chains, and the sizes of functions and files."
SHOWN_MAX = 10
SCALE = 120
FUNCTION_STEPS = (
    (6, "up to 6 lines: the aim"),
    (25, "7 to 25"),
    (40, "26 to 40: review"),
    (10**9, "more than 40: too long"),
)
FILE_STEPS = ((100, "up to 100 lines"), (200, "101 to 200"), (10**9, "more than 200: split"))


def draw(index: FactIndex) -> Html:
    """Draw hubs, chains and sizes."""
    functions, files = functions_of(index.facts), index.facts["files"]
    lengths, lines = [function["lines"] for function in functions], [file["lines"] for file in files]
    parts = (
        ("Hubs", _hubs(index)),
        ("The longest chains", _chains(index)),
        (f"Functions: {middle(lengths)} lines in the median", _steps(lengths, FUNCTION_STEPS)),
        (f"Files: {middle(lines)} lines in the median", _steps(lines, FILE_STEPS)),
        ("The longest functions", _longest_functions(functions)),
        ("The longest files", _longest_files(files)),
    )
    shown = [tag("div", tag("h3", title), body) for title, body in parts]
    return section("sizes", "Hubs, chains and sizes", SENTENCE, tag("div", shown, class_="columns"))


def functions_of(facts: Fact) -> list[Fact]:
    """Return every function with its path, the longest first."""
    found = [{**function, "path": file["path"]} for file in facts["files"] for function in file["functions"]]
    return sorted(found, key=lambda function: (-function["lines"], function["path"], function["line"]))


def middle(numbers: list[int]) -> int:
    """Return the median as a whole number; 0 for an empty list."""
    return round(median(numbers)) if numbers else 0


def _longest_functions(functions: list[Fact]) -> Html:
    rows = [
        ((tag("b", f["name"]), " ", file_link(f["path"], f["line"])), _bar(f["lines"], 40))
        for f in functions[:SHOWN_MAX]
    ]
    return table(("function", "lines"), rows)


def _longest_files(files: list[Fact]) -> Html:
    longest = sorted(files, key=lambda file: (-file["lines"], file["path"]))
    return table(
        ("file", "lines"), [(file_link(file["path"]), _bar(file["lines"], 200)) for file in longest[:SHOWN_MAX]]
    )


def _hubs(index: FactIndex) -> Html:
    hubs = index.facts["hubs"]
    most = max((hub["used_by"] for hub in hubs), default=1)
    rows = [(module_link(index, hub["module"]), _bar(hub["used_by"], most), hub["uses"]) for hub in hubs]
    return table(("module", "used by", "uses"), rows)


def _chains(index: FactIndex) -> Html:
    chains = [
        [[" → " if i else "", module_link(index, name)] for i, name in enumerate(chain)]
        for chain in index.facts["chains"]
    ]
    return tag("ol", [tag("li", chain) for chain in chains])


def _steps(numbers: list[int], steps: tuple[tuple[int, str], ...]) -> Html:
    rows, low = [], -1
    for high, label in steps:
        rows.append((label, _bar(sum(low < number <= high for number in numbers), len(numbers))))
        low = high
    return table(("length", f"{len(numbers)} in all"), rows)


def _bar(number: int, full: int) -> Html:
    width = round(SCALE * min(number / max(full, 1), 1), 1)
    bar = tag("svg", tag("rect", width=width, height=8, rx=2), width=SCALE, height=8, aria_hidden="true", class_="bar")
    return tag("span", bar, f" {number}", class_="measure")
