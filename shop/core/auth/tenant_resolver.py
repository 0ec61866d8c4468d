"""Whose a request is: its token says, else the header `X-Tenant`, else the host; else it is the default tenant's."""

import logging
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from flask import g, request
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database, OperationalError
from shop.core.database.model import DEFAULT_TENANT
from shop.core.database.transaction import in_transaction
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.http.request import get_bearer_token
from shop.core.openapi.envelopes import error_name
from shop.core.tenant import all_tenants, in_tenant

TENANT_HEADER = "X-Tenant"
# How late a process may hear of a tenant that was added, disabled or enabled.
INDEX_TTL_SECONDS = 3.0
# How long a request waits for the renewed list, where an older one is known.
REFRESH_WAIT_SECONDS = 0.2
# In either case.
_SLUG = re.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?")
_log = logging.getLogger(__name__)


class TenantEntry(NamedTuple):
    """A tenant as the list has it: `slug` is its name in headers, `host` the one that leads to it."""

    tenant_id: int
    slug: str
    name: str
    host: str | None
    enabled: bool


class TenantDirectory(Protocol):
    """Where the tenants are listed."""

    def find_all(self) -> Sequence[TenantEntry]:
        """Every tenant; needs a transaction, in every tenant."""


@dataclass(frozen=True)
class _TenantIndex:
    """The list as requests look into it."""

    by_slug: Mapping[str, TenantEntry]
    by_host: Mapping[str, TenantEntry]
    by_id: Mapping[int, TenantEntry]


@dataclass
class TenantResolver:
    """Tells requests apart; the list of tenants is asked for once in a few seconds, whatever requests name."""

    database: Database
    tokens: Tokens
    # Until when it counts, and what is known.
    _cached: tuple[float, _TenantIndex | None] = field(init=False, default=(0.0, None))

    @contextmanager
    def in_request_tenant(self, tenants: TenantDirectory) -> Iterator[None]:
        """The tenant of the request that is being served; raises as `find` does."""
        with in_tenant(self.resolve(tenants)):
            yield

    def resolve(self, tenants: TenantDirectory) -> int:
        """Whose the request is that is being served; raises ShopError TENANT_UNKNOWN, TOKEN_INVALID."""
        if "tenant" not in g:
            directory = self._get_index(tenants)
            if not _SLUG.fullmatch(request.environ.get("HTTP_X_TENANT", "any")):
                # Beside a token the name does not count, but it has to be one.
                raise ShopError(CoreExceptionCode.TENANT_UNKNOWN)
            # For the log too, which has to tell whose it was after it failed.
            g.tenant = self._find_by_token(directory) or _find_by_address(directory)
        return int(g.tenant)

    def _find_by_token(self, directory: _TenantIndex) -> int | None:
        """None without a good token: what needs one refuses the others, and the rest may be asked without."""
        token = get_bearer_token()
        try:
            tenant_id = self.tokens.verify(token).tenant_id if token else None
        except ShopError:
            return None
        if tenant_id is not None:
            listed = directory.by_id.get(tenant_id)
            if listed is None or not listed.enabled:
                raise ShopError(CoreExceptionCode.TOKEN_INVALID)
        return tenant_id

    def _get_index(self, tenants: TenantDirectory) -> _TenantIndex:
        until, known = self._cached
        return known if known and time.monotonic() < until else self._refresh(tenants, known)

    def _refresh(self, tenants: TenantDirectory, last: _TenantIndex | None) -> _TenantIndex:
        # The others go on with what was known while one asks.
        self._cached = time.monotonic() + INDEX_TTL_SECONDS, last
        if last is None:
            return self._load(tenants)
        # A database that is frozen holds the asking up, and not the request.
        asking = Thread(target=self._try_load, args=(tenants,), daemon=True)
        asking.start()
        asking.join(REFRESH_WAIT_SECONDS)
        return self._cached[1] or last

    def _try_load(self, tenants: TenantDirectory) -> None:
        try:
            self._load(tenants)
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            _log.warning("The list of tenants was not renewed: %s", error)

    def _load(self, tenants: TenantDirectory) -> _TenantIndex:
        with all_tenants():
            listed = in_transaction(self.database, tenants.find_all)
        directory = _TenantIndex(
            {one.slug: one for one in listed},
            {one.host: one for one in listed if one.host},
            {one.tenant_id: one for one in listed},
        )
        self._cached = time.monotonic() + INDEX_TTL_SECONDS, directory
        return directory


def describe_tenant(operation: dict[str, Any]) -> None:
    """Add to an operation of the OpenAPI document how a request without a token says whose it is."""
    header = {
        "in": "header",
        "name": TENANT_HEADER,
        "required": False,
        "description": "The tenant's name, where no token says whose the request is; by default the host tells.",
        "schema": {"type": "string", "maxLength": 32, "pattern": f"^{_SLUG.pattern}$", "example": "default"},
    }
    operation["parameters"] = [*operation.get("parameters", []), header]
    operation["responses"] |= {status: error_name(status) for status in (401, 404)}


def _find_by_address(directory: _TenantIndex) -> int:
    slug = request.headers.get(TENANT_HEADER)
    if slug is not None:
        listed = directory.by_slug.get(slug.lower())
    else:
        listed = directory.by_host.get(_host()) or directory.by_id.get(DEFAULT_TENANT)
    if listed is None or not listed.enabled:
        raise ShopError(CoreExceptionCode.TENANT_UNKNOWN)
    return listed.tenant_id


def _host() -> str:
    with suppress(ValueError):
        return urlsplit(f"//{request.host}").hostname or ""
    return ""
