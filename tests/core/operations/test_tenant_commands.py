"""Names of the tenant commands."""

import pytest
from click.testing import CliRunner

from shop.administration import tenants


class StubTenantJob:
    """Tenant job that records the administrators it adds."""

    def __init__(self) -> None:
        self.added: list[tuple[int, str, str]] = []

    def run(self) -> list["StubTenant"]:
        return [StubTenant()]

    def add_administrator(self, tenant_id: int, email: str, password: str) -> bool:
        self.added.append((tenant_id, email, password))
        return True


class StubTenant:
    """Tenant of a listing."""

    slug, tenant_id = "second", 2


@pytest.mark.parametrize("command", ["add-admin", "employ"])
def test_both_names_add_an_administrator(command: str) -> None:
    job = StubTenantJob()
    arguments = [command, "second", "boss@second.example", "--admin-password", "Correct-horse-1"]

    result = CliRunner().invoke(tenants, arguments, obj=lambda _: job)

    assert (result.exit_code, result.output) == (0, "boss@second.example is an administrator of second.\n")
    assert job.added == [(2, "boss@second.example", "Correct-horse-1")]


def test_the_help_lists_only_the_current_name() -> None:
    listed = CliRunner().invoke(tenants, ["--help"]).output

    assert "add-admin" in listed
    assert "employ" not in listed
