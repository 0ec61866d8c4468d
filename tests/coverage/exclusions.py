"""Lines that are excluded from coverage, each with its reason."""

import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REASON_MIN_WORDS = 3
_PRAGMA = re.compile(r"#\s*pragma:?\s*no\s*(?:cover|branch)(?P<reason>.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Exclusion:
    """A comment `# pragma: no cover - reason`, or `no branch`."""

    path: str
    line: int
    code: str
    reason: str

    @property
    def is_explained(self) -> bool:
        """True when the reason is a phrase."""
        return len(self.reason.split()) >= REASON_MIN_WORDS


def find_exclusions(root: Path) -> list[Exclusion]:
    """Return the exclusions in the files of `shop`, in the order of paths and lines."""
    return [found for file in sorted((root / "shop").rglob("*.py")) for found in _read_file(root, file)]


def _read_file(root: Path, file: Path) -> Iterator[Exclusion]:
    with file.open("rb") as source:
        for token in tokenize.tokenize(source.readline):
            if token.type == tokenize.COMMENT and (match := _PRAGMA.search(token.string)):
                code = token.line[: token.start[1]].strip()
                reason = match["reason"].partition(" - ")[2].strip()
                yield Exclusion(str(file.relative_to(root)), token.start[0], code, reason)
