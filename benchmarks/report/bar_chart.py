"""SVG bar chart of medians with the range of rounds."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, LABEL, VALUE, ROW, TOP, BAR = 760, 130, 110, 30, 44, 16
STYLE = (
    "text{font:13px sans-serif;fill:#333}.t{font-weight:bold}.b{fill:#4878a8}.m{fill:#c05a2a}"
    ".w{stroke:#222;stroke-width:1.5}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.w{stroke:#eee}}"
)


class Bar(NamedTuple):
    """Bar: median, lowest and highest round; `marked` bars have another colour."""

    name: str
    median: float
    low: float
    high: float
    marked: bool = False


def draw_chart(title: str, bars: Sequence[Bar]) -> str:
    """Draw the chart as SVG, with every number as text too."""
    scale = (WIDTH - LABEL - VALUE) / (max((bar.high for bar in bars), default=0.0) or 1.0)
    height = TOP + ROW * len(bars) + 8
    text = "; ".join(f"{bar.name} {bar.median:,.0f}" for bar in bars)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
            ' role="img">',
            f"<title>{escape(title)}: {escape(text)}</title>",
            f"<style>{STYLE}</style>",
            f'<text class="t" x="8" y="24">{escape(title)}</text>',
            *(_bar(bar, TOP + ROW * number, scale) for number, bar in enumerate(bars)),
            "</svg>",
            "",
        ]
    )


def _bar(bar: Bar, top: int, scale: float) -> str:
    median, low, high = (LABEL + value * scale for value in (bar.median, bar.low, bar.high))
    text, line, colour = top + BAR - 3, top + BAR / 2, "m" if bar.marked else "b"
    return (
        f'<text x="{LABEL - 8}" y="{text}" text-anchor="end">{escape(bar.name)}</text>'
        f'<rect class="{colour}" x="{LABEL}" y="{top}" width="{median - LABEL:.1f}" height="{BAR}"/>'
        f'<line class="w" x1="{low:.1f}" y1="{line}" x2="{high:.1f}" y2="{line}"/>'
        f'<text x="{max(high, median) + 8:.1f}" y="{text}">{bar.median:,.0f}</text>'
    )
