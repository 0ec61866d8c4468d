"""Planted violations, each with its files and the expected check.

They stand in the .txt files: `=== name`, `caught by: check`, optionally `note: reason`, then `--- path` and the text of
each file. The check is the name of a rule, the sentence of a contract, `wiring`, `guard` or `nothing` (a known
undetected violation). A mutation for the wiring is a module whose dataclasses are wired. One for the guard is a module
with a function `mutate(container)` that changes the container.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

WIRING_CHECK = "wiring"
GUARD_CHECK = "guard"
UNDETECTED = "nothing"
# The stem of planted files, replaced by a numbered one for each mutation.
STEM = "planted"


@dataclass(frozen=True)
class Mutation:
    """Planted violation; `note` explains one that stays undetected."""

    name: str
    expected_check: str
    files: Mapping[str, str] = field(hash=False)
    note: str = ""


@cache
def read_mutations() -> tuple[Mutation, ...]:
    """Read every mutation, file by file."""
    paths = sorted(Path(__file__).parent.glob("*.txt"))
    return tuple(mutation for path in paths for mutation in _parse_mutations(path.read_text(encoding="utf-8")))


def _parse_mutations(text: str) -> Iterator[Mutation]:
    for part in text.split("\n=== ")[1:]:
        head, *files = part.split("\n--- ")
        name, *lines = head.splitlines()
        options = dict(line.split(": ", 1) for line in lines)
        yield Mutation(name, options["caught by"], dict(map(_parse_file, files)), options.get("note", ""))


def _parse_file(text: str) -> tuple[str, str]:
    path, _, body = text.partition("\n")
    body = body.strip("\n").replace("<NUL>", "\0")
    return path, f"{body}\n" if body else ""
