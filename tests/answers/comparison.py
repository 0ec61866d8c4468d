"""Comparison of two records of answers, shown as differences by line."""

import difflib
from collections.abc import Iterator, Mapping
from itertools import islice

SHOWN_MAX = 12
NAMED_MAX = 40
# A body in one line is broken after each member, so that a difference is seen in its place.
_BODY_WIDTH = 160


def compare_records(base: Mapping[str, str], changed: Mapping[str, str]) -> list[str]:
    """Return the names of the requests whose answers differ, in the order of the record."""
    names = [*base, *(name for name in changed if name not in base)]
    return [name for name in names if base.get(name) != changed.get(name)]


def describe_differences(base: Mapping[str, str], changed: Mapping[str, str]) -> Iterator[str]:
    """Yield lines that show the differences: some in full, further ones by name."""
    names = compare_records(base, changed)
    for name in names[:SHOWN_MAX]:
        yield f"\n=== {name}"
        yield from _describe(base.get(name), changed.get(name))
    for name in islice(names, SHOWN_MAX, SHOWN_MAX + NAMED_MAX):
        yield f"differs as well: {name}"
    if len(names) > SHOWN_MAX + NAMED_MAX:
        yield f"and {len(names) - SHOWN_MAX - NAMED_MAX} more"


def _describe(base: str | None, changed: str | None) -> Iterator[str]:
    if base is None or changed is None:
        yield f"only the {'changed' if base is None else 'base'} release has this request"
        return
    lines = difflib.unified_diff(_break_lines(base), _break_lines(changed), "base", "changed", "", "", 2, "")
    yield from islice(lines, 2, 60)


def _break_lines(text: str) -> list[str]:
    """Split an answer into lines that show where it differs; no character is dropped."""
    lines = []
    for line in text.split("\n"):
        if len(line) > _BODY_WIDTH:
            lines += line.replace(",", ",\n").split("\n")
        else:
            lines.append(line)
    # Blanks at the end of a line, and characters that a terminal hides, would look equal.
    return [line if line.isprintable() and line == line.rstrip() else ascii(line) for line in lines]
