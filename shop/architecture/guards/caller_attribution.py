"""Attribution of SQL statements and Redis commands to the calling layer.

The origin is the innermost frame of shop outside the core. A method that a structure inherits from the core, such as
`find` of a Repository, counts as a method of the structure. Tests attach these guards to the engine and to the Redis
clients; production does not.
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
    """Origin of a call: kind, function, file and line."""

    kind: str
    name: str
    path: str
    line: int


@dataclass(frozen=True)
class OriginGuard:
    """Check that one kind of structure sends the calls to a store.

    The core and the assembly may send calls as well. A call below a module of `exempt_modules` is not checked.
    """

    rule: str
    allowed_kind: str
    exempt_modules: tuple[str, ...]
    thing: str
    advice: str

    def check(self, statement: str, frame: FrameType | None = None) -> Finding | None:
        """Return a finding when another structure sends the statement."""
        origin = find_origin(frame or sys._getframe(1), self.exempt_modules)
        if origin is None or not is_structure(origin.kind) or origin.kind == self.allowed_kind:
            return None
        shown = " ".join(statement.split())
        shown = shown if len(shown) <= _SHOWN_MAX else f"{shown[:_SHOWN_MAX]}..."
        what = f"{origin.name} is {with_article(origin.kind)} and sends {self.thing}: {shown!r}."
        return Finding(origin.path, origin.line, self.rule, what, self._instead(origin.kind))

    def _instead(self, kind: str) -> str:
        chain = " -> ".join(find_path(kind, self.allowed_kind))
        return f"{self.advice} ({chain})." if chain else f"{self.advice}, and pass the result in."


SQL_GUARD = OriginGuard(
    "sql_origin",
    "Repository",
    ("shop.core.database.transaction",),
    "SQL",
    "Only Repositories query the database: give one a method for this query",
)
REDIS_GUARD = OriginGuard(
    "redis_origin",
    "CacheManager",
    ("rq", "shop.core.jobs.job", "shop.core.rate_limiting.limiter"),
    "a Redis command",
    "Each key has one owner: declare it in a CacheManager and use its methods",
)


def find_origin(frame: FrameType, exempt_modules: tuple[str, ...] = ()) -> Origin | None:
    """Find the origin of a call, or None for an unchecked one.

    Returns None when no frame of shop is found, or when an exempt module comes first.
    """
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
    """Return the module that a frame counts for.

    A method that a structure inherits from the core counts for the module of `self`.
    """
    if kind_of(module) != "core":
        return module
    borrower = type(frame.f_locals.get("self")).__module__
    return borrower if is_structure(kind_of(borrower)) else module


def _name(owner: str, frame: FrameType) -> str:
    if owner != frame.f_globals.get("__name__"):
        return f"{type(frame.f_locals['self']).__name__}.{frame.f_code.co_name}"
    return frame.f_code.co_qualname


def relative_path(path: str) -> str:
    """Return a path relative to the checkout, unchanged outside of it."""
    file = Path(path)
    return file.relative_to(_CHECKOUT).as_posix() if file.is_relative_to(_CHECKOUT) else file.as_posix()
