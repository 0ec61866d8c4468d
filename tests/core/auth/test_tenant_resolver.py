"""Resolution of a request's tenant, and its cached list of tenants."""

from threading import enumerate as enumerate_threads

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from shop.core.errors import CoreExceptionCode
from shop.core.logging.setup import TracedRecord
from shop.core.tenant import TenantError, current_tenant
from tests.core.auth.tenant_requests import DEFAULT, SECOND, TenantRequests, find_refusal
from tests.support.polling import Eventually, eventually
from tests.support.session_tokens import issue_access_token


def test_the_token_decides_then_the_header_then_the_host(requests: TenantRequests) -> None:
    of_second = issue_access_token(requests.tokens, 7, 2)
    assert requests.resolve(of_second, X_Tenant="default", Host="elsewhere") == 2
    assert requests.resolve(issue_access_token(requests.tokens, 7, 1), X_Tenant="second", Host="two.shop") == 1
    assert requests.resolve(X_Tenant="default", Host="two.shop") == 1
    assert requests.resolve(X_Tenant="Second", Host="elsewhere") == 2
    assert requests.resolve(Host="TWO.shop:8000") == 2
    assert [requests.resolve(Host=host) for host in ("elsewhere", "[::1", "")] == [1, 1, 1]


def test_an_invalid_token_is_ignored(requests: TenantRequests) -> None:
    assert [
        requests.resolve(bad, X_Tenant="second")
        for bad in ("no.token.atall", issue_access_token(requests.tokens, 7, 1) + "=")
    ] == [2, 2]


def test_unknown_tenants_are_refused(requests: TenantRequests) -> None:
    assert find_refusal(requests, X_Tenant="unknown") is CoreExceptionCode.TENANT_UNKNOWN
    assert find_refusal(requests, X_Tenant="") is CoreExceptionCode.TENANT_UNKNOWN
    assert find_refusal(requests, issue_access_token(requests.tokens, 7, 999)) is CoreExceptionCode.TOKEN_INVALID


def test_a_disabled_tenant_is_refused_by_token_header_and_host(requests: TenantRequests) -> None:
    requests.directory.entries = [DEFAULT._replace(enabled=False), SECOND._replace(enabled=False)]
    for headers in ({"X_Tenant": "second"}, {"Host": "two.shop"}, {}):
        assert find_refusal(requests, **headers) is CoreExceptionCode.TENANT_UNKNOWN
    assert (
        find_refusal(requests, issue_access_token(requests.tokens, 7, 2), X_Tenant="default")
        is CoreExceptionCode.TOKEN_INVALID
    )


def test_unknown_names_do_not_cause_further_reads_of_the_list(requests: TenantRequests) -> None:
    for number in range(100):
        find_refusal(requests, X_Tenant=f"unknown-{number}")
        requests.resolve(Host=f"{number}.example")
    assert requests.directory.calls == 1


def test_a_change_takes_effect_when_the_list_expires(requests: TenantRequests) -> None:
    requests.resolve(X_Tenant="second")
    requests.directory.entries = [DEFAULT]
    requests.resolve(X_Tenant="second")
    requests.expire_list()
    assert find_refusal(requests, X_Tenant="second") is CoreExceptionCode.TENANT_UNKNOWN
    assert requests.directory.calls == 2


def test_without_the_database_the_last_list_is_used(requests: TenantRequests) -> None:
    requests.resolve()
    requests.directory.is_down = True
    for _ in range(3):
        requests.expire_list()
        assert requests.resolve(X_Tenant="second") == 2
    # Requests before the next expiry do not read the list.
    assert (requests.resolve(), requests.directory.calls) == (1, 4)


def test_a_process_without_any_list_refuses_all_requests(requests: TenantRequests) -> None:
    requests.directory.is_down = True
    with pytest.raises(OperationalError):
        requests.resolve(issue_access_token(requests.tokens, 7, 1))


def test_a_process_that_has_served_nothing_resolves_tenants_without_the_database(requests: TenantRequests) -> None:
    requests.resolver.follow(requests.directory)
    requests.directory.is_down = True
    assert requests.resolve(issue_access_token(requests.tokens, 7, 2)) == 2
    requests.expire_list()
    assert requests.resolve(X_Tenant="second") == 2


def test_a_process_that_started_without_the_database_reads_the_tenants_later(
    requests: TenantRequests, monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> None:
    monkeypatch.setattr("shop.core.auth.tenant_resolver.RETRY_SECONDS", 0.01)
    requests.directory.is_down = True
    requests.resolver.follow(requests.directory)
    eventually(lambda: requests.directory.calls > 2)
    assert requests.resolver._cached[1] is None
    requests.directory.is_down = False
    eventually(lambda: requests.resolver._cached[1] is not None)
    requests.directory.is_down = True
    assert requests.resolve(X_Tenant="second") == 2


def test_the_list_is_read_in_the_background_until_it_is_read_once(
    requests: TenantRequests, monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> None:
    monkeypatch.setattr("shop.core.auth.tenant_resolver.RETRY_SECONDS", 0.01)
    pollers = {thread for thread in enumerate_threads() if thread.name == "tenants"}
    requests.resolver.follow(requests.directory)
    eventually(lambda: {thread for thread in enumerate_threads() if thread.name == "tenants"} <= pollers)
    assert requests.directory.calls == 1


def test_requests_do_not_wait_for_a_slow_database(requests: TenantRequests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.core.auth.tenant_resolver.REFRESH_WAIT_SECONDS", 0.01)
    requests.resolve()
    requests.directory.may_return.clear()
    requests.directory.entries = [DEFAULT]
    requests.expire_list()
    # The list in use is the older one as long as the newer one is read.
    assert [requests.resolve(X_Tenant="second"), requests.resolve(X_Tenant="second")] == [2, 2]
    requests.directory.may_return.set()
    eventually(lambda: SECOND.slug not in requests.slugs())
    assert requests.directory.calls == 2


def test_the_log_has_the_tenant_of_a_failed_request(requests: TenantRequests) -> None:
    with Flask("x").test_request_context(headers={"X-Tenant": "second"}):
        with pytest.raises(ZeroDivisionError), requests.resolver.in_request_tenant(requests.directory):
            _ = 1 // 0
        with pytest.raises(TenantError):
            current_tenant()
        assert TracedRecord("x", 20, "x.py", 1, "failed", (), None).tenant == "2"


def test_a_list_that_a_request_has_read_is_not_read_again_at_the_start(requests: TenantRequests) -> None:
    requests.resolve()
    requests.resolver.follow(requests.directory)
    assert requests.directory.calls == 1


def test_a_malformed_host_is_one_of_the_default_tenant(requests: TenantRequests) -> None:
    assert requests.resolve(Host="two.shop") == 2
    assert requests.resolve(Host="[two.shop") == 1
