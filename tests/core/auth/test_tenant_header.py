"""The tenant of one request, and its header in the OpenAPI document."""

from pathlib import Path
from typing import Any

from flask import Flask

from shop.core.auth.tenant_resolver import describe_tenant
from shop.core.errors import CoreExceptionCode
from tests.core.auth.tenant_requests import SECOND, TenantRequests


def test_a_request_has_one_tenant_to_its_end(tmp_path: Path) -> None:
    requests = TenantRequests(tmp_path)
    with Flask("x").test_request_context(headers={"X-Tenant": "second"}):
        assert requests.resolver.resolve(requests.directory) == 2
        # The name passes to another tenant, and the list expires.
        requests.directory.entries = [SECOND._replace(tenant_id=3)]
        requests.resolver._cached = 0.0, None
        assert requests.resolver.resolve(requests.directory) == 2

    assert requests.directory.calls == 1


def test_the_header_is_an_optional_parameter_of_every_operation() -> None:
    operation: dict[str, Any] = {"parameters": [{"name": "page"}], "responses": {200: "Items"}, "failures": []}

    describe_tenant(operation)

    page, header = operation["parameters"]
    assert page == {"name": "page"}
    assert header.pop("description").startswith("Name of the tenant, for requests without a token.")
    assert header.pop("schema") == {
        "type": "string",
        "maxLength": 32,
        "pattern": "^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$",
        "example": "default",
    }
    assert header == {"in": "header", "name": "X-Tenant", "required": False}
    assert operation["failures"] == [CoreExceptionCode.TOKEN_INVALID, CoreExceptionCode.TENANT_UNKNOWN]


def test_an_operation_without_parameters_gets_the_header() -> None:
    operation: dict[str, Any] = {"responses": {}, "failures": []}
    describe_tenant(operation)
    assert [parameter["name"] for parameter in operation["parameters"]] == ["X-Tenant"]
