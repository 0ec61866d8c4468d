"""Formats of tables: aligned text and Markdown."""

from collections.abc import Sequence

Rows = Sequence[tuple[str, ...]]


def format_text(rows: Rows) -> str:
    """Format rows as aligned columns, the first one to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def format_markdown(rows: Rows) -> str:
    """Format rows as a Markdown table, the first row as its head."""
    head, *body = rows
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *body))
