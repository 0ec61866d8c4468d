"""Comparison of the metrics in docs/operate with those of the code."""

import ast
from collections.abc import Iterator
from pathlib import Path
from re import findall

_ROOT = Path(__file__).parents[2]


def names_in(source: Path) -> Iterator[str]:
    """Find the metrics that a file declares, by their name in Prometheus."""
    for node in ast.walk(ast.parse(source.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        name, kind = node.args[0], node.func.id
        if kind in ("Counter", "Histogram", "GaugeSample") and isinstance(name, ast.Constant):
            yield str(name.value) + ("_total" if kind == "Counter" else "")


def test_the_documented_metrics_are_those_of_the_code() -> None:
    declared = {name for source in _ROOT.glob("shop/**/*.py") for name in names_in(source)}
    rows = [
        line for line in _ROOT.joinpath("docs/operate/README.md").read_text().splitlines() if line[:8] == "| `shop_"
    ]
    listed = {name for row in rows for name in findall(r"`(shop_\w+)`", row.split(" | ")[0])}

    assert len(declared) > 20
    assert listed == declared
