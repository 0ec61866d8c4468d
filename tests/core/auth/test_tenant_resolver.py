"""Whose a request is, and how little it costs to know."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from shop.core.auth.tenant_resolver import REFRESH_WAIT_SECONDS, TenantEntry, TenantResolver
from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.logging.setup import TracedRecord
from shop.core.settings.settings import Settings
from shop.core.tenant import TenantError, current_tenant
from tests.support.session_tokens import issue_access_token

DEFAULT, SECOND = (
    TenantEntry(1, "default", "Default", None, enabled=True),
    TenantEntry(2, "second", "Two", "two.shop", enabled=True),
)


class StubDirectory:
    """A list of tenants that counts how often it is asked, and may be away or slow."""

    def __init__(self) -> None:
        self.listed: list[TenantEntry] = [DEFAULT, SECOND]
        self.calls, self.away, self.slow = 0, False, 0.0

    def find_all(self) -> Sequence[TenantEntry]:
        self.calls += 1
        time.sleep(self.slow)
        if self.away:
            raise OperationalError("SELECT", {}, Exception(2003, "away"))
        return self.listed


class TenantRequests:
    """A Tenancy, and requests that come to it."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(var=str(folder))
        self.tokens, self.list = Tokens(settings), StubDirectory()
        self.tenancy = TenantResolver(Database(settings), self.tokens)

    def resolve(self, token: str = "", **headers: str) -> int:
        """The tenant of a request."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        said |= {"Authorization": f"Bearer {token}"} if token else {}
        with Flask("x").test_request_context(headers=said), self.tenancy.in_request_tenant(self.list):
            return current_tenant()

    def later(self) -> None:
        """What is known is old by now."""
        self.tenancy._cached = 0.0, self.tenancy._cached[1]


@pytest.fixture
def stub_directory(tmp_path: Path) -> TenantRequests:
    return TenantRequests(tmp_path)


def refusal(door: TenantRequests, token: str = "", **headers: str) -> CoreExceptionCode:
    with pytest.raises(ShopError) as refused:
        door.resolve(token, **headers)
    assert isinstance(refused.value.code, CoreExceptionCode)
    return refused.value.code


def test_the_token_says_it_then_the_header_then_the_host(stub_directory: TenantRequests) -> None:
    of_second = issue_access_token(stub_directory.tokens, 7, 2)
    assert stub_directory.resolve(of_second, X_Tenant="default", Host="elsewhere") == 2
    assert (
        stub_directory.resolve(issue_access_token(stub_directory.tokens, 7, 1), X_Tenant="second", Host="two.shop") == 1
    )
    assert stub_directory.resolve(X_Tenant="default", Host="two.shop") == 1
    assert stub_directory.resolve(Host="TWO.shop:8000") == 2
    assert [stub_directory.resolve(Host=host) for host in ("elsewhere", "[::1", "")] == [1, 1, 1]


def test_a_token_that_is_no_good_says_nothing(stub_directory: TenantRequests) -> None:
    assert [
        stub_directory.resolve(bad, X_Tenant="second")
        for bad in ("no.token.atall", issue_access_token(stub_directory.tokens, 7, 1) + "=")
    ] == [2, 2]


def test_strangers_are_refused(stub_directory: TenantRequests) -> None:
    assert refusal(stub_directory, X_Tenant="nobody") is CoreExceptionCode.TENANT_UNKNOWN
    assert refusal(stub_directory, X_Tenant="") is CoreExceptionCode.TENANT_UNKNOWN
    assert refusal(stub_directory, issue_access_token(stub_directory.tokens, 7, 999)) is CoreExceptionCode.TOKEN_INVALID


def test_a_disabled_tenant_is_refused_by_whatever_way_it_is_named(stub_directory: TenantRequests) -> None:
    stub_directory.list.listed = [DEFAULT._replace(enabled=False), SECOND._replace(enabled=False)]
    for headers in ({"X_Tenant": "second"}, {"Host": "two.shop"}, {}):
        assert refusal(stub_directory, **headers) is CoreExceptionCode.TENANT_UNKNOWN
    assert (
        refusal(stub_directory, issue_access_token(stub_directory.tokens, 7, 2), X_Tenant="default")
        is CoreExceptionCode.TOKEN_INVALID
    )


def test_the_list_is_asked_once_whatever_requests_name(stub_directory: TenantRequests) -> None:
    for number in range(100):
        refusal(stub_directory, X_Tenant=f"nobody-{number}")
        stub_directory.resolve(Host=f"{number}.example")
    assert stub_directory.list.calls == 1


def test_a_change_is_heard_of_when_the_list_is_old(stub_directory: TenantRequests) -> None:
    stub_directory.resolve(X_Tenant="second")
    stub_directory.list.listed = [DEFAULT]
    stub_directory.resolve(X_Tenant="second")
    stub_directory.later()
    assert refusal(stub_directory, X_Tenant="second") is CoreExceptionCode.TENANT_UNKNOWN
    assert stub_directory.list.calls == 2


def test_without_the_database_the_last_list_counts(stub_directory: TenantRequests) -> None:
    stub_directory.resolve()
    stub_directory.list.away = True
    for _ in range(3):
        stub_directory.later()
        assert stub_directory.resolve(X_Tenant="second") == 2
    # And it is not asked for by each request meanwhile.
    assert (stub_directory.resolve(), stub_directory.list.calls) == (1, 4)


def test_whoever_never_knew_the_list_lets_nobody_in(stub_directory: TenantRequests) -> None:
    stub_directory.list.away = True
    with pytest.raises(OperationalError):
        stub_directory.resolve(issue_access_token(stub_directory.tokens, 7, 1))


def test_a_list_that_is_slow_holds_one_request_up_and_only_for_a_moment(stub_directory: TenantRequests) -> None:
    stub_directory.resolve()
    stub_directory.list.slow = 1.0
    stub_directory.later()
    began = time.monotonic()
    assert [stub_directory.resolve(), stub_directory.resolve()] == [1, 1]
    assert REFRESH_WAIT_SECONDS <= time.monotonic() - began < 2 * REFRESH_WAIT_SECONDS


def test_the_log_knows_whose_request_has_just_failed(stub_directory: TenantRequests) -> None:
    with Flask("x").test_request_context(headers={"X-Tenant": "second"}):
        with pytest.raises(ZeroDivisionError), stub_directory.tenancy.in_request_tenant(stub_directory.list):
            _ = 1 // 0
        with pytest.raises(TenantError):
            current_tenant()
        assert TracedRecord("x", 20, "x.py", 1, "failed", (), None).tenant == "2"
