"""Coverage figures of files and packages, from the JSON report of coverage.py."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figures:
    """Statements and branches of a file or package, and how many of them ran."""

    name: str
    statements: int
    ran_statements: int
    branches: int
    ran_branches: int
    # Lines and branches that did not run, such as `12` or `12->15`.
    missing: tuple[str, ...] = ()

    @property
    def percent(self) -> float:
        """Share of statements and branches that ran, in percent."""
        total = self.statements + self.branches
        return 100 * (self.ran_statements + self.ran_branches) / total if total else 100.0

    @property
    def is_full(self) -> bool:
        """True when every statement and branch ran."""
        return not self.missing


def read_files(report: Mapping[str, Any]) -> list[Figures]:
    """Return the figures of each file of a JSON report."""
    return [_read_file(name, file) for name, file in sorted(report["files"].items())]


def _read_file(name: str, file: Mapping[str, Any]) -> Figures:
    summary = file["summary"]
    branches = [f"{start}->{'exit' if end < 0 else end}" for start, end in file["missing_branches"]]
    return Figures(
        name,
        summary["num_statements"],
        summary["covered_lines"],
        summary["num_branches"],
        summary["covered_branches"],
        (*map(str, file["missing_lines"]), *branches),
    )


def sum_packages(files: Iterable[Figures]) -> list[Figures]:
    """Return the figures of each package of `shop`; `shop` itself has the files beside them."""
    packages: dict[str, list[Figures]] = {}
    for file in files:
        packages.setdefault(find_package(file.name), []).append(file)
    return [sum_up(name, members) for name, members in sorted(packages.items())]


def find_package(path: str) -> str:
    """Return the package of a file: a structure of `shop`, or a package of `shop/core`."""
    folders = path.split("/")[:-1]
    return "/".join(folders[: 3 if folders[1:2] == ["core"] else 2])


def sum_up(name: str, files: Iterable[Figures]) -> Figures:
    """Return the figures of several files together."""
    members = list(files)
    return Figures(
        name,
        sum(member.statements for member in members),
        sum(member.ran_statements for member in members),
        sum(member.branches for member in members),
        sum(member.ran_branches for member in members),
        tuple(f"{member.name}:{place}" for member in members for place in member.missing),
    )
