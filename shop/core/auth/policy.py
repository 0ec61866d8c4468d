"""Who may: rules that are declared at the Controller, and asked again where a row is found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from shop.core.caller import Caller
from shop.core.errors import CoreExceptionCode, ShopError

F = TypeVar("F", bound=Callable[..., Any])


class PermissionLike(Protocol):
    """A permission: the code that is kept of it, and its name for people."""

    @property
    def code(self) -> str:
        """The code."""

    @property
    def dotted_name(self) -> str:
        """The name."""


@dataclass(frozen=True)
class AccessRule:
    """Who may; each thing it names lets more people in, and one that names nothing lets in all who are signed in.

    Whether the method runs at all it is asked by `admits`, whether a row that was found may be touched by `reaches`.
    """

    public: bool = False
    own: bool = False
    permission: PermissionLike | None = None

    @property
    def is_restricted(self) -> bool:
        """Whether somebody who is signed in may be refused before anything is looked up."""
        return self.permission is not None and not self.own and not self.public

    def allows(self, caller: Caller | None) -> bool:
        """Whether the method runs for the caller."""
        return self.public or (caller is not None and (not self.is_restricted or self.has_permission(caller)))

    def check(self, caller: Caller | None) -> None:
        """Raise ShopError FORBIDDEN, which names the permission that is missing, unless the caller is admitted."""
        if not self.allows(caller):
            raise ShopError(CoreExceptionCode.FORBIDDEN, permission=self.permission.code if self.permission else None)

    def allows_row(self, caller: Caller, owner_id: int) -> bool:
        """Whether a row of that owner, in the caller's tenant, is there for it; where it is not, the answer is 404."""
        open_to_all = not self.own and self.permission is None
        return open_to_all or (self.own and caller.user_id == owner_id) or self.has_permission(caller)

    def has_permission(self, caller: Caller | None) -> bool:
        """Whether the caller has the permission that the rule names."""
        return caller is not None and self.permission is not None and caller.has_permission(self.permission.code)

    def __str__(self) -> str:
        named = f"{self.permission.dotted_name} ({self.permission.code})" if self.permission else ""
        if self.public:
            return f"Open to anybody; what is not public needs {named}." if named else "Open to anybody."
        if self.own:
            return f"For one's own; for others' it needs {named}." if named else "For one's own."
        return f"Needs {named}." if named else "Needs a sign-in."


PUBLIC = AccessRule(public=True)
SIGNED_IN = AccessRule()
OWNER = AccessRule(own=True)


def permission(needed: PermissionLike) -> AccessRule:
    """Whoever holds the permission; others are refused with 403."""
    return AccessRule(permission=needed)


def owner_or(needed: PermissionLike) -> AccessRule:
    """The owner, and whoever holds the permission; to others the row does not exist."""
    return AccessRule(own=True, permission=needed)


def public_or(needed: PermissionLike) -> AccessRule:
    """Anybody, as far as it is public; the rest is there for whoever holds the permission."""
    return AccessRule(public=True, permission=needed)


def declare_rule(view: Callable[..., Any], rule: AccessRule) -> None:
    """Say of a Controller's method who may call it: a mark, carried upwards by functools.wraps."""
    view.__rule__ = rule  # type: ignore[attr-defined]  # a mark on a function


def get_rule(view: Callable[..., Any]) -> AccessRule | None:
    """The rule that was declared of a method."""
    return getattr(view, "__rule__", None)


def public_access(view: F) -> F:
    """Open a method to anybody, without asking who calls."""
    declare_rule(view, PUBLIC)
    return view


def check_access_rules(controller: Any) -> None:
    """Raise TypeError, at start, for a Controller with a method that does not say who may call it."""
    for verb in sorted(controller.methods):
        if get_rule(getattr(controller, verb.lower())) is None:
            name = type(controller).__name__
            raise TypeError(
                f"{name}.{verb.lower()} has no access rule: add @signed_in(...), @with_token(...) or @public_access."
            )
