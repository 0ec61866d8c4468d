"""Whose rows: the tenant that the running request or job works for, or, where it says so, every tenant."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import wraps
from typing import Any, Final, TypeVar

from shop.core.context import set_temporarily

F = TypeVar("F", bound=Callable[..., Any])


class AllTenants(StrEnum):
    """The scope of system work, as the log says it."""

    ALL = "every"


ALL_TENANTS: Final = AllTenants.ALL
Scope = int | AllTenants
_scope: ContextVar[Scope | None] = ContextVar("tenant", default=None)


class TenantError(RuntimeError):
    """The code asks for rows without saying whose, or for somebody else's; never the caller's fault."""


def in_tenant(tenant_id: int) -> AbstractContextManager[object]:
    """While the context lasts, all rows are the tenant's: others are neither seen nor written."""
    return set_temporarily(_scope, tenant_id)


@contextmanager
def all_tenants() -> Iterator[None]:
    """While the context lasts, rows of every tenant are seen, and a new one has to say whose it is.

    For system work alone. It can stand above a Job's method as a decorator; a test lists the places.
    """
    with set_temporarily(_scope, ALL_TENANTS):
        yield


def for_tenant_argument(method: F) -> F:
    """Let a Job's method work in the tenant that its first argument, `tenant_id`, names."""

    @wraps(method)
    def run(self: Any, tenant_id: int, *args: Any, **kwargs: Any) -> Any:
        with in_tenant(tenant_id):
            return method(self, tenant_id, *args, **kwargs)

    return run  # type: ignore[return-value]  # the same method


def current_scope() -> Scope:
    """The tenant, or EVERY; raises TenantError where nobody has said."""
    scope = find_scope()
    if scope is None:
        raise TenantError("Nobody has said whose rows these are: enter a tenant at the entrance, not here.")
    return scope


def current_tenant() -> int:
    """The tenant; raises TenantError where there is none, or every."""
    scope = current_scope()
    if isinstance(scope, AllTenants):
        raise TenantError("This is done for one tenant, and the work that is running is done for every.")
    return scope


def find_scope() -> Scope | None:
    """The tenant, or EVERY; None where nobody has said, for those who only tell of it."""
    return _scope.get()
