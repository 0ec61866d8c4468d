"""Whose a request is, and how little it costs to know."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from shop.core.auth.tenant_resolver import PATIENCE_SECONDS, Listed, Tenancy
from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database
from shop.core.errors import CoreExceptionCode, ShopError
from shop.core.logging.setup import TracedRecord
from shop.core.settings.settings import Settings
from shop.core.tenant import TenantError, current_tenant
from tests.support.session_tokens import access

DEFAULT, SECOND = (
    Listed(1, "default", "Default", None, enabled=True),
    Listed(2, "second", "Two", "two.shop", enabled=True),
)


class List:
    """A list of tenants that counts how often it is asked, and may be away or slow."""

    def __init__(self) -> None:
        self.listed: list[Listed] = [DEFAULT, SECOND]
        self.asked, self.away, self.slow = 0, False, 0.0

    def find_all(self) -> Sequence[Listed]:
        self.asked += 1
        time.sleep(self.slow)
        if self.away:
            raise OperationalError("SELECT", {}, Exception(2003, "away"))
        return self.listed


class Door:
    """A Tenancy, and requests that come to it."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(var=str(folder))
        self.tokens, self.list = Tokens(settings), List()
        self.tenancy = Tenancy(Database(settings), self.tokens)

    def ask(self, token: str = "", **headers: str) -> int:
        """The tenant of a request."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        said |= {"Authorization": f"Bearer {token}"} if token else {}
        with Flask("x").test_request_context(headers=said), self.tenancy.entered(self.list):
            return current_tenant()

    def later(self) -> None:
        """What is known is old by now."""
        self.tenancy._known = 0.0, self.tenancy._known[1]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def refusal(door: Door, token: str = "", **headers: str) -> CoreExceptionCode:
    with pytest.raises(ShopError) as refused:
        door.ask(token, **headers)
    assert isinstance(refused.value.code, CoreExceptionCode)
    return refused.value.code


def test_the_token_says_it_then_the_header_then_the_host(door: Door) -> None:
    of_second = access(door.tokens, 7, 2)
    assert door.ask(of_second, X_Tenant="default", Host="elsewhere") == 2
    assert door.ask(access(door.tokens, 7, 1), X_Tenant="second", Host="two.shop") == 1
    assert door.ask(X_Tenant="default", Host="two.shop") == 1
    assert door.ask(Host="TWO.shop:8000") == 2
    assert [door.ask(Host=host) for host in ("elsewhere", "[::1", "")] == [1, 1, 1]


def test_a_token_that_is_no_good_says_nothing(door: Door) -> None:
    assert [door.ask(bad, X_Tenant="second") for bad in ("no.token.atall", access(door.tokens, 7, 1) + "=")] == [2, 2]


def test_strangers_are_refused(door: Door) -> None:
    assert refusal(door, X_Tenant="nobody") is CoreExceptionCode.TENANT_UNKNOWN
    assert refusal(door, X_Tenant="") is CoreExceptionCode.TENANT_UNKNOWN
    assert refusal(door, access(door.tokens, 7, 999)) is CoreExceptionCode.TOKEN_INVALID


def test_a_disabled_tenant_is_refused_by_whatever_way_it_is_named(door: Door) -> None:
    door.list.listed = [DEFAULT._replace(enabled=False), SECOND._replace(enabled=False)]
    for headers in ({"X_Tenant": "second"}, {"Host": "two.shop"}, {}):
        assert refusal(door, **headers) is CoreExceptionCode.TENANT_UNKNOWN
    assert refusal(door, access(door.tokens, 7, 2), X_Tenant="default") is CoreExceptionCode.TOKEN_INVALID


def test_the_list_is_asked_once_whatever_requests_name(door: Door) -> None:
    for number in range(100):
        refusal(door, X_Tenant=f"nobody-{number}")
        door.ask(Host=f"{number}.example")
    assert door.list.asked == 1


def test_a_change_is_heard_of_when_the_list_is_old(door: Door) -> None:
    door.ask(X_Tenant="second")
    door.list.listed = [DEFAULT]
    door.ask(X_Tenant="second")
    door.later()
    assert refusal(door, X_Tenant="second") is CoreExceptionCode.TENANT_UNKNOWN
    assert door.list.asked == 2


def test_without_the_database_the_last_list_counts(door: Door) -> None:
    door.ask()
    door.list.away = True
    for _ in range(3):
        door.later()
        assert door.ask(X_Tenant="second") == 2
    # And it is not asked for by each request meanwhile.
    assert (door.ask(), door.list.asked) == (1, 4)


def test_whoever_never_knew_the_list_lets_nobody_in(door: Door) -> None:
    door.list.away = True
    with pytest.raises(OperationalError):
        door.ask(access(door.tokens, 7, 1))


def test_a_list_that_is_slow_holds_one_request_up_and_only_for_a_moment(door: Door) -> None:
    door.ask()
    door.list.slow = 1.0
    door.later()
    began = time.monotonic()
    assert [door.ask(), door.ask()] == [1, 1]
    assert PATIENCE_SECONDS <= time.monotonic() - began < 2 * PATIENCE_SECONDS


def test_the_log_knows_whose_request_has_just_failed(door: Door) -> None:
    with Flask("x").test_request_context(headers={"X-Tenant": "second"}):
        with pytest.raises(ZeroDivisionError), door.tenancy.entered(door.list):
            _ = 1 // 0
        with pytest.raises(TenantError):
            current_tenant()
        assert TracedRecord("x", 20, "x.py", 1, "failed", (), None).tenant == "2"
