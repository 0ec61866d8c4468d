"""Fixtures of the tests of tenants."""

from pathlib import Path

import pytest

from tests.core.auth.tenant_requests import FEW_SECONDS, TenantRequests


@pytest.fixture
def requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TenantRequests:
    # On a busy machine the thread that reads the list may begin late.
    monkeypatch.setattr("shop.core.auth.tenant_resolver.REFRESH_WAIT_SECONDS", FEW_SECONDS)
    return TenantRequests(tmp_path)
