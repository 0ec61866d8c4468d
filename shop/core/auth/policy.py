"""Access rules, declared at the Controller and checked again for each row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from shop.core.caller import Caller
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.openapi.annotations import add_description

F = TypeVar("F", bound=Callable[..., Any])


class PermissionLike(Protocol):
    """A permission with its stored code and its readable name."""

    @property
    def code(self) -> str:
        """Code that is stored for accounts, such as `300001`."""

    @property
    def dotted_name(self) -> str:
        """Readable name, such as `items.view_drafts`."""


@dataclass(frozen=True)
class AccessRule:
    """Authorization rule of a route.

    `public`, `own` and `permission` each widen access; with none of them every signed-in user is allowed. `allows`
    decides if the method runs, `allows_row` if a row that was found is visible.
    """

    public: bool = False
    own: bool = False
    permission: PermissionLike | None = None

    @property
    def is_restricted(self) -> bool:
        """True if a signed-in caller can be refused without a row."""
        return self.permission is not None and not self.own and not self.public

    def allows(self, caller: Caller | None) -> bool:
        """Return True if the method runs for the caller."""
        return self.public or (caller is not None and (not self.is_restricted or self.has_permission(caller)))

    def check(self, caller: Caller | None) -> None:
        """Raise ShopError FORBIDDEN unless the caller is allowed.

        The error names the missing permission.
        """
        if not self.allows(caller):
            raise ShopError(CoreExceptionCode.FORBIDDEN, permission=self.permission.code if self.permission else None)

    def allows_row(self, caller: Caller, owner_id: int) -> bool:
        """Return True if the caller sees rows of that owner.

        The row belongs to the caller's tenant. A row that is not visible is answered with 404.
        """
        open_to_all = not self.own and self.permission is None
        return open_to_all or (self.own and caller.user_id == owner_id) or self.has_permission(caller)

    def required_owner(self, caller: Caller) -> int | None:
        """Return the owner of all visible rows; None for any owner.

        Queries filter by it: a row of another owner then costs the same as one that does not exist.
        """
        return None if not self.own or self.has_permission(caller) else caller.user_id

    def has_permission(self, caller: Caller | None) -> bool:
        """Return True if the caller has the permission of the rule."""
        return caller is not None and self.permission is not None and caller.has_permission(self.permission.code)

    def __str__(self) -> str:
        needed = f"{self.permission.dotted_name} ({self.permission.code})" if self.permission else ""
        if self.public:
            return f"Public; what is not public needs {needed}." if needed else "Public."
        if self.own:
            return f"For one's own; for others' it needs {needed}." if needed else "For one's own."
        return f"Needs {needed}." if needed else "Needs a sign-in."


PUBLIC = AccessRule(public=True)
SIGNED_IN = AccessRule()
OWNER = AccessRule(own=True)


def permission(needed: PermissionLike) -> AccessRule:
    """Allow callers with the permission; refuse others with 403."""
    return AccessRule(permission=needed)


def owner_or(needed: PermissionLike) -> AccessRule:
    """Allow the owner and callers with the permission.

    Other callers get 404 for the row.
    """
    return AccessRule(own=True, permission=needed)


def public_or(needed: PermissionLike) -> AccessRule:
    """Allow all clients to read public rows.

    Rows that are not public are visible to callers with the permission only.
    """
    return AccessRule(public=True, permission=needed)


def declare_rule(view: Callable[..., Any], rule: AccessRule) -> None:
    """Attach the access rule to a Controller's method.

    The rule is an attribute, which functools.wraps copies to outer decorators.
    """
    view.__rule__ = rule  # type: ignore[attr-defined]  # an attribute of a function


def get_rule(view: Callable[..., Any]) -> AccessRule | None:
    """Return the declared rule of a method, or None."""
    return getattr(view, "__rule__", None)


def public_access(view: F) -> F:
    """Open a method to all clients, without authentication."""
    declare_rule(view, PUBLIC)
    add_description(view, str(PUBLIC))
    return view


def check_access_rules(controller: Any) -> None:
    """Raise TypeError for a Controller method without an access rule.

    Called at start.
    """
    for verb in sorted(controller.methods):
        if get_rule(getattr(controller, verb.lower())) is None:
            name = type(controller).__name__
            raise TypeError(
                f"{name}.{verb.lower()} has no access rule: add @signed_in(...), @with_token(...) or @public_access."
            )
