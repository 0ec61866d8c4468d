"""What a planted violation is: files for a copy of the tree, and who must notice them. They stand in the .txt files.

`=== name`, `caught by: judge`, perhaps `note: why`, then `--- path` and the text of each file. A judge is a rule's
name, a contract's sentence, `wiring`, `guard` or `nothing` (a known escape). A plant for the wiring is a module whose
dataclasses are wired; one for the guard is a module with a function `plant(container)` that tampers with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

WIRING_JUDGE = "wiring"
GUARD_JUDGE = "guard"
UNDETECTED = "nothing"
# The word in paths and texts that makes each planted file one of its own.
STEM = "planted"


@dataclass(frozen=True)
class Mutation:
    """A violation in one form; `note` says why an escape is left."""

    name: str
    expected_judge: str
    files: Mapping[str, str] = field(hash=False)
    note: str = ""


@cache
def read_mutations() -> tuple[Mutation, ...]:
    """Every plant, file by file."""
    paths = sorted(Path(__file__).parent.glob("*.txt"))
    return tuple(plant for path in paths for plant in _parse_mutations(path.read_text(encoding="utf-8")))


def _parse_mutations(text: str) -> Iterator[Mutation]:
    for part in text.split("\n=== ")[1:]:
        head, *files = part.split("\n--- ")
        name, *lines = head.splitlines()
        said = dict(line.split(": ", 1) for line in lines)
        yield Mutation(name, said["caught by"], dict(map(_parse_file, files)), said.get("note", ""))


def _parse_file(text: str) -> tuple[str, str]:
    path, _, body = text.partition("\n")
    body = body.strip("\n").replace("<NUL>", "\0")
    return path, f"{body}\n" if body else ""
