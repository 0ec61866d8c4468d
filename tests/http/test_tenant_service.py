"""Rules of tenants, below the command line that offers them."""

from collections.abc import Callable
from operator import methodcaller
from typing import TypeVar

import pytest

from shop.core.auth.tenant_resolver import TenantEntry
from shop.core.database.transaction import in_transaction
from shop.core.errors import ShopError
from shop.core.tenant import all_tenants
from shop.exception_codes.tenant import TenantExceptionCode as Code
from shop.services.tenant import TenantService
from tests.purchase.support.in_process_shop import InProcessShop

T = TypeVar("T")


class TenantDesk:
    """The service of tenants, with one transaction for each call."""

    def __init__(self, shop: InProcessShop) -> None:
        self.database, self.service = shop.database, shop.container.get(TenantService)

    def run(self, work: Callable[[TenantService], T]) -> T:
        """Call the service."""
        with all_tenants():
            return in_transaction(self.database, lambda: work(self.service))

    def add(self, slug: str, name: str = "Two", host: str | None = None) -> int:
        """Add a tenant."""
        return self.run(lambda service: service.add(slug, name, host))

    def entries(self) -> dict[str, TenantEntry]:
        """Return all tenants by slug."""
        return {entry.slug: entry for entry in self.run(lambda service: service.find_all())}

    def refusal(self, work: Callable[[TenantService], object]) -> Code:
        """Return the code with which the service refuses a call."""
        with pytest.raises(ShopError) as refused:
            self.run(work)
        code = refused.value.code
        assert isinstance(code, Code)
        return code


@pytest.fixture
def desk(in_process_shop: InProcessShop) -> TenantDesk:
    """The service on an empty database."""
    return TenantDesk(in_process_shop)


def test_a_tenant_has_the_given_slug_name_and_host(desk: TenantDesk) -> None:
    tenant_id = desk.add("second-1", "The second", "second.shop.example")
    assert desk.entries()["second-1"] == TenantEntry(
        tenant_id, "second-1", "The second", "second.shop.example", enabled=True
    )


def test_only_a_valid_and_free_slug_and_host_are_accepted(desk: TenantDesk) -> None:
    desk.add("second", host="second.example")
    for slug in ("", "Second", "-a", "a-", "a" * 33, "a_b"):
        assert desk.refusal(methodcaller("add", slug, "x", None)) is Code.SLUG_FORMAT
    for host in ("", "Second.example", "second.example:80", ".a"):
        assert desk.refusal(methodcaller("add", "third", "x", host)) is Code.HOST_FORMAT
    assert desk.refusal(lambda service: service.add("second", "x", None)) is Code.TAKEN
    assert desk.refusal(lambda service: service.add("third", "x", "second.example")) is Code.TAKEN
    assert desk.add("third", host="third.example") == desk.entries()["third"].tenant_id


def test_a_tenant_is_ensured_once(desk: TenantDesk) -> None:
    first = desk.run(lambda service: service.ensure("second", "Two"))
    again = desk.run(lambda service: service.ensure("second", "Other"))

    assert first == again == desk.entries()["second"].tenant_id
    assert desk.entries()["second"].name == "Two"


def test_a_tenant_is_disabled_until_it_is_enabled(desk: TenantDesk) -> None:
    desk.add("second")
    desk.run(lambda service: service.disable("second"))
    assert [slug for slug, entry in desk.entries().items() if not entry.enabled] == ["second"]

    desk.run(lambda service: service.enable("second"))
    assert all(entry.enabled for entry in desk.entries().values())


def test_an_unknown_tenant_is_neither_disabled_nor_enabled(desk: TenantDesk) -> None:
    assert desk.refusal(lambda service: service.disable("absent")) is Code.NOT_FOUND
    assert desk.refusal(lambda service: service.enable("absent")) is Code.NOT_FOUND
