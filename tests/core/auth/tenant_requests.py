"""A tenant resolver, its directory, and requests."""

from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from shop.core.auth.tenant_resolver import TenantEntry, TenantResolver
from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.settings.settings import Settings
from shop.core.tenant import current_tenant

FEW_SECONDS = 20.0
DEFAULT, SECOND = (
    TenantEntry(1, "default", "Default", None, enabled=True),
    TenantEntry(2, "second", "Two", "two.shop", enabled=True),
)


class StubDirectory:
    """A list of tenants that counts reads and can fail."""

    def __init__(self) -> None:
        self.entries: list[TenantEntry] = [DEFAULT, SECOND]
        self.calls, self.is_down = 0, False
        self.may_return = Event()
        self.may_return.set()

    def find_all(self) -> Sequence[TenantEntry]:
        self.calls += 1
        self.may_return.wait(FEW_SECONDS)
        if self.is_down:
            raise OperationalError("SELECT", {}, Exception(2003, "down"))
        return self.entries


class TenantRequests:
    """A tenant resolver and the requests that it resolves."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(var=str(folder))
        self.tokens, self.directory = Tokens(settings), StubDirectory()
        self.resolver = TenantResolver(Database(settings), self.tokens)

    def resolve(self, token: str = "", **headers: str) -> int:
        """Resolve the tenant of a request with these headers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Authorization": f"Bearer {token}"} if token else {}
        with Flask("x").test_request_context(headers=sent), self.resolver.in_request_tenant(self.directory):
            return current_tenant()

    def slugs(self) -> set[str]:
        """Return the tenants of the cached list."""
        return set(index.by_slug) if (index := self.resolver._cached[1]) else set()

    def expire_list(self) -> None:
        """Let the cached list of tenants expire."""
        self.resolver._cached = 0.0, self.resolver._cached[1]


def find_refusal(requests: TenantRequests, token: str = "", **headers: str) -> CoreExceptionCode:
    with pytest.raises(ShopError) as refused:
        requests.resolve(token, **headers)
    assert isinstance(refused.value.code, CoreExceptionCode)
    return refused.value.code
