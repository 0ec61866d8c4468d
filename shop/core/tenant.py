"""Tenant scope of a request or job: one tenant, or all."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import wraps
from typing import Any, Final, TypeVar

from shop.core.context import set_temporarily

F = TypeVar("F", bound=Callable[..., Any])


class AllTenants(StrEnum):
    """The scope of system work; its value appears in the log."""

    ALL = "every"


ALL_TENANTS: Final = AllTenants.ALL
Scope = int | AllTenants
_scope: ContextVar[Scope | None] = ContextVar("tenant", default=None)


class TenantError(RuntimeError):
    """A programming error: rows are accessed without a tenant, or across tenants."""


def in_tenant(tenant_id: int) -> AbstractContextManager[object]:
    """Restrict reads and writes to one tenant until the context ends."""
    return set_temporarily(_scope, tenant_id)


@contextmanager
def all_tenants() -> Iterator[None]:
    """Read rows of all tenants until the context ends.

    A new row must name its tenant. This is for system work only; it may decorate a method of a Job, and a test lists
    its uses.
    """
    with set_temporarily(_scope, ALL_TENANTS):
        yield


def for_tenant_argument(method: F) -> F:
    """Run a Job's method in the tenant of its first argument, `tenant_id`."""

    @wraps(method)
    def run(self: Any, tenant_id: int, *args: Any, **kwargs: Any) -> Any:
        with in_tenant(tenant_id):
            return method(self, tenant_id, *args, **kwargs)

    return run  # type: ignore[return-value]  # the signature does not change


def current_scope() -> Scope:
    """Return the tenant id, or ALL_TENANTS.

    Raises TenantError when no scope is active.
    """
    scope = find_scope()
    if scope is None:
        raise TenantError("No tenant is active. Enter one with in_tenant(...) in the Controller or Job.")
    return scope


def current_tenant() -> int:
    """Return the tenant id.

    Raises TenantError when no tenant or all tenants are active.
    """
    scope = current_scope()
    if isinstance(scope, AllTenants):
        raise TenantError("This is done for one tenant, but the scope is all tenants.")
    return scope


def find_scope() -> Scope | None:
    """Return the tenant id, ALL_TENANTS, or None when no scope is active."""
    return _scope.get()
