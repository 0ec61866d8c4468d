"""Tenant resolver of requests.

The token decides, then the header `X-Tenant`, then the host; otherwise the default tenant is used.
"""

import re
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from flask import Request

from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database
from shop.core.database.model import DEFAULT_TENANT
from shop.core.database.transaction import in_transaction
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.request import current_request, current_state, get_bearer_token, header_key
from shop.core.openapi.failures import FAILURES
from shop.core.resilience.background_poller import BackgroundPoller
from shop.core.tenant import all_tenants, in_tenant

TENANT_HEADER = "X-Tenant"
_TENANT_KEY = header_key(TENANT_HEADER)
# A process may use an outdated list of tenants for this long.
INDEX_TTL_SECONDS = 3.0
# A request waits this long for the renewed list before it uses the older one.
REFRESH_WAIT_SECONDS = 0.2
# Pause between the reads of a process that has not read any list yet.
RETRY_SECONDS = 1.0
_NOT_READ = "The list of tenants could not be read"
# Upper and lower case.
_SLUG = re.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?")


class TenantEntry(NamedTuple):
    """A tenant of the directory.

    `slug` is the name in the header, `host` the host name of the tenant.
    """

    tenant_id: int
    slug: str
    name: str
    host: str | None
    enabled: bool


class TenantDirectory(Protocol):
    """Source of the list of tenants."""

    def find_all(self) -> Sequence[TenantEntry]:
        """Return all tenants; needs a transaction with the scope ALL_TENANTS."""


@dataclass(frozen=True)
class _TenantIndex:
    """The list of tenants, indexed by slug, host and id."""

    by_slug: Mapping[str, TenantEntry]
    by_host: Mapping[str, TenantEntry]
    by_id: Mapping[int, TenantEntry]


@dataclass
class TenantResolver:
    """Resolver of a request's tenant, with a cached list of tenants.

    The list is read at most once in INDEX_TTL_SECONDS, also for requests that name an unknown tenant.
    """

    database: Database
    tokens: Tokens
    # The monotonic time of expiry, and the last list.
    _cached: tuple[float, _TenantIndex | None] = field(init=False, default=(0.0, None))

    def in_request_tenant(self, tenants: TenantDirectory) -> AbstractContextManager[object]:
        """Enter the tenant of the current request; raises as `resolve` does."""
        return in_tenant(self.resolve(tenants))

    def resolve(self, tenants: TenantDirectory) -> int:
        """Return the tenant id of the current request.

        Raises ShopError TENANT_UNKNOWN or TOKEN_INVALID.
        """
        state = current_state()
        if "tenant" not in state:
            index, request = self._get_index(tenants), current_request()
            if not _SLUG.fullmatch(request.environ.get(_TENANT_KEY, "any")):
                # A token overrides the header, but the header must still be a valid slug.
                raise ShopError(CoreExceptionCode.TENANT_UNKNOWN)
            # The access log reads it, also after a failure.
            state.tenant = self._find_by_token(index) or _find_by_address(index, request)
        return int(state.tenant)

    def follow(self, tenants: TenantDirectory) -> None:
        """Read the list now, or later in a background thread.

        A process that has served no request needs it too: without a list it refuses all requests while the database
        is down.
        """
        poller = BackgroundPoller("tenants", lambda: self._load_first(tenants, poller), _NOT_READ)
        poller.pause_seconds = RETRY_SECONDS
        poller.request().wait()

    def _load_first(self, tenants: TenantDirectory, poller: BackgroundPoller) -> None:
        if self._cached[1] is None:
            self._load(tenants)
        poller.close()

    def _find_by_token(self, index: _TenantIndex) -> int | None:
        """Return the tenant id of a valid token, or None.

        An invalid token is no error here: routes that need a token refuse it themselves. Raises ShopError TOKEN_INVALID
        when the tenant is disabled.
        """
        token = get_bearer_token()
        try:
            tenant_id = self.tokens.verify(token).tenant_id if token else None
        except ShopError:
            return None
        if tenant_id is not None:
            entry = index.by_id.get(tenant_id)
            if entry is None or not entry.enabled:
                raise ShopError(CoreExceptionCode.TOKEN_INVALID)
        return tenant_id

    def _get_index(self, tenants: TenantDirectory) -> _TenantIndex:
        expires_at, index = self._cached
        return index if index and time.monotonic() < expires_at else self._refresh(tenants, index)

    def _refresh(self, tenants: TenantDirectory, last: _TenantIndex | None) -> _TenantIndex:
        # Other requests use the old list while this one renews it.
        self._cached = time.monotonic() + INDEX_TTL_SECONDS, last
        if last is None:
            return self._load(tenants)
        # A thread, so that a database that does not answer delays the renewal and not the request.
        renewal = BackgroundPoller("tenants", partial(self._load, tenants), _NOT_READ)
        renewal.request().wait(REFRESH_WAIT_SECONDS)
        renewal.close()
        return self._cached[1] or last

    def _load(self, tenants: TenantDirectory) -> _TenantIndex:
        with all_tenants():
            entries = in_transaction(self.database, tenants.find_all)
        index = _TenantIndex(
            {entry.slug: entry for entry in entries},
            {entry.host: entry for entry in entries if entry.host},
            {entry.tenant_id: entry for entry in entries},
        )
        self._cached = time.monotonic() + INDEX_TTL_SECONDS, index
        return index


def describe_tenant(operation: dict[str, Any]) -> None:
    """Add the tenant header and its errors to an OpenAPI operation."""
    header = {
        "in": "header",
        "name": TENANT_HEADER,
        "required": False,
        "description": "Name of the tenant, for requests without a token. Without it, the host selects the tenant.",
        "schema": {"type": "string", "maxLength": 32, "pattern": f"^{_SLUG.pattern}$", "example": "default"},
    }
    operation["parameters"] = [*operation.get("parameters", []), header]
    operation[FAILURES] += [CoreExceptionCode.TOKEN_INVALID, CoreExceptionCode.TENANT_UNKNOWN]


def _find_by_address(index: _TenantIndex, request: Request) -> int:
    slug = request.environ.get(_TENANT_KEY)
    if slug is not None:
        entry = index.by_slug.get(slug.lower())
    else:
        by_host = index.by_host.get(_request_host(request)) if index.by_host else None
        entry = by_host or index.by_id.get(DEFAULT_TENANT)
    if entry is None or not entry.enabled:
        raise ShopError(CoreExceptionCode.TENANT_UNKNOWN)
    return entry.tenant_id


def _request_host(request: Request) -> str:
    with suppress(ValueError):
        return urlsplit(f"//{request.host}").hostname or ""
    return ""
