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
from shop.core.http.request import bearer
from shop.core.openapi.envelopes import error_name
from shop.core.tenant import in_every_tenant, in_tenant

HEADER = "X-Tenant"
# How late a process may hear of a tenant that was added, disabled or enabled.
KNOWN_SECONDS = 3.0
# How long a request waits for the renewed list, where an older one is known.
PATIENCE_SECONDS = 0.2
# In either case.
_SLUG = re.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?")
_log = logging.getLogger(__name__)


class Listed(NamedTuple):
    """A tenant as the list has it: `slug` is its name in headers, `host` the one that leads to it."""

    tenant_id: int
    slug: str
    name: str
    host: str | None
    enabled: bool


class Register(Protocol):
    """Where the tenants are listed."""

    def find_all(self) -> Sequence[Listed]:
        """Every tenant; needs a transaction, in every tenant."""


@dataclass(frozen=True)
class _Directory:
    """The list as requests look into it."""

    by_slug: Mapping[str, Listed]
    by_host: Mapping[str, Listed]
    by_id: Mapping[int, Listed]


@dataclass
class Tenancy:
    """Tells requests apart; the list of tenants is asked for once in a few seconds, whatever requests name."""

    database: Database
    tokens: Tokens
    # Until when it counts, and what is known.
    _known: tuple[float, _Directory | None] = field(init=False, default=(0.0, None))

    @contextmanager
    def entered(self, register: Register) -> Iterator[None]:
        """The tenant of the request that is being served; raises as `find` does."""
        with in_tenant(self.find(register)):
            yield

    def find(self, register: Register) -> int:
        """Whose the request is that is being served; raises ShopError TENANT_UNKNOWN, TOKEN_INVALID."""
        if "tenant" not in g:
            directory = self._directory(register)
            if not _SLUG.fullmatch(request.environ.get("HTTP_X_TENANT", "any")):
                # Beside a token the name does not count, but it has to be one.
                raise ShopError(CoreExceptionCode.TENANT_UNKNOWN)
            # For the log too, which has to tell whose it was after it failed.
            g.tenant = self._of_token(directory) or _of_address(directory)
        return int(g.tenant)

    def _of_token(self, directory: _Directory) -> int | None:
        """None without a good token: what needs one refuses the others, and the rest may be asked without."""
        token = bearer()
        try:
            tenant_id = self.tokens.verify(token).tenant_id if token else None
        except ShopError:
            return None
        if tenant_id is not None:
            listed = directory.by_id.get(tenant_id)
            if listed is None or not listed.enabled:
                raise ShopError(CoreExceptionCode.TOKEN_INVALID)
        return tenant_id

    def _directory(self, register: Register) -> _Directory:
        until, known = self._known
        return known if known and time.monotonic() < until else self._renew(register, known)

    def _renew(self, register: Register, last: _Directory | None) -> _Directory:
        # The others go on with what was known while one asks.
        self._known = time.monotonic() + KNOWN_SECONDS, last
        if last is None:
            return self._ask(register)
        # A database that is frozen holds the asking up, and not the request.
        asking = Thread(target=self._ask_again, args=(register,), daemon=True)
        asking.start()
        asking.join(PATIENCE_SECONDS)
        return self._known[1] or last

    def _ask_again(self, register: Register) -> None:
        try:
            self._ask(register)
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            _log.warning("The list of tenants was not renewed: %s", error)

    def _ask(self, register: Register) -> _Directory:
        with in_every_tenant():
            listed = in_transaction(self.database, register.find_all)
        directory = _Directory(
            {one.slug: one for one in listed},
            {one.host: one for one in listed if one.host},
            {one.tenant_id: one for one in listed},
        )
        self._known = time.monotonic() + KNOWN_SECONDS, directory
        return directory


def describe_tenant(operation: dict[str, Any]) -> None:
    """Add to an operation of the OpenAPI document how a request without a token says whose it is."""
    header = {
        "in": "header",
        "name": HEADER,
        "required": False,
        "description": "The tenant's name, where no token says whose the request is; by default the host tells.",
        "schema": {"type": "string", "maxLength": 32, "pattern": f"^{_SLUG.pattern}$", "example": "default"},
    }
    operation["parameters"] = [*operation.get("parameters", []), header]
    operation["responses"] |= {status: error_name(status) for status in (401, 404)}


def _of_address(directory: _Directory) -> int:
    slug = request.headers.get(HEADER)
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
