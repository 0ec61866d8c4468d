"""Who sent it: names the layer, file and line that a statement or a Redis command comes from.

The sender is the innermost frame of shop outside the core; a method that the core lends to a structure (a Repository's
`find`) counts as that structure's. Tests hang these guards on the engine and the Redis clients; production does not.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from shop.architecture.audit.access_paths import find_path, with_article
from shop.architecture.finding import Finding
from shop.architecture.source.module_kinds import is_structure, kind_of

_CHECKOUT = Path(__file__).parents[3]
_SHOWN_MAX = 60


@dataclass(frozen=True)
class Origin:
    """Where something came from: a kind of the access table, a class or function of it, a file and a line."""

    kind: str
    name: str
    path: str
    line: int


@dataclass(frozen=True)
class OriginGuard:
    """Lets one structure speak to a store, and the core and the assembly; names everybody else.

    `ends` are modules that speak for themselves, whoever asked them to.
    """

    rule: str
    allowed_kind: str
    exempt_modules: tuple[str, ...]
    thing: str
    advice: str

    def check(self, statement: str, frame: FrameType | None = None) -> Finding | None:
        """Judge what the caller of this method is about to send; `words` are shown."""
        origin = find_origin(frame or sys._getframe(1), self.exempt_modules)
        if origin is None or not is_structure(origin.kind) or origin.kind == self.allowed_kind:
            return None
        said = " ".join(statement.split())
        said = said if len(said) <= _SHOWN_MAX else f"{said[:_SHOWN_MAX]}..."
        what = f"{origin.name} is {with_article(origin.kind)} and sends {self.thing}: {said!r}."
        return Finding(origin.path, origin.line, self.rule, what, self._instead(origin.kind))

    def _instead(self, kind: str) -> str:
        chain = " -> ".join(find_path(kind, self.allowed_kind))
        return f"{self.advice} ({chain})." if chain else f"{self.advice}, and hand in the result."


SQL_GUARD = OriginGuard(
    "sql_origin",
    "Repository",
    ("shop.core.database.transaction",),
    "SQL",
    "Only Repositories ask the database: give one a method that says what is asked for",
)
REDIS_GUARD = OriginGuard(
    "redis_origin",
    "CacheManager",
    ("rq", "shop.core.jobs.job", "shop.core.rate_limiting.limiter"),
    "a Redis command",
    "Each key has one owner: declare it in a CacheManager and use its methods",
)


def find_origin(frame: FrameType, exempt_modules: tuple[str, ...] = ()) -> Origin | None:
    """The sender above a frame; None when nobody of shop sent it, or one that speaks for itself did."""
    for module, each in _frames(frame):
        if module in exempt_modules or module.partition(".")[0] in exempt_modules:
            return None
        owner = _owner(module, each)
        if kind_of(owner) and kind_of(owner) != "core":
            return Origin(kind_of(owner), _name(owner, each), relative_path(each.f_code.co_filename), each.f_lineno)
    return None


def _frames(frame: FrameType | None) -> Iterator[tuple[str, FrameType]]:
    while frame:
        yield frame.f_globals.get("__name__", ""), frame
        frame = frame.f_back


def _owner(module: str, frame: FrameType) -> str:
    """The module a frame counts for: that of `self` where the core lends a method to a structure."""
    if kind_of(module) != "core":
        return module
    borrower = type(frame.f_locals.get("self")).__module__
    return borrower if is_structure(kind_of(borrower)) else module


def _name(owner: str, frame: FrameType) -> str:
    if owner != frame.f_globals.get("__name__"):
        return f"{type(frame.f_locals['self']).__name__}.{frame.f_code.co_name}"
    return frame.f_code.co_qualname


def relative_path(path: str) -> str:
    """A path as a finding shows it: relative to the checkout where it stands below it."""
    file = Path(path)
    return file.relative_to(_CHECKOUT).as_posix() if file.is_relative_to(_CHECKOUT) else file.as_posix()
