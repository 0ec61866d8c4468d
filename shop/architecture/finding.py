"""What a rule says when it does not hold."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One place where one rule does not hold; `path` is relative to the checkout, `line` counts from one."""

    path: str
    line: int
    rule: str
    what: str
    instead: str

    def __str__(self) -> str:
        """The finding as a person reads it."""
        return f"{self.path}:{self.line}: {self.what} {self.instead}"
