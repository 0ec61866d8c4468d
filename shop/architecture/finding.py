"""Violation of a rule at one line."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One violation; `path` is relative to the checkout, lines start at 1."""

    path: str
    line: int
    rule: str
    what: str
    instead: str

    def __str__(self) -> str:
        """Format the finding as one line."""
        return f"{self.path}:{self.line}: {self.what} {self.instead}"
